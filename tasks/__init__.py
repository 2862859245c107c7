"""The Celery role: moves hints and drains queues. Nothing is true here (`tasks/README.md`)."""
