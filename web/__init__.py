"""Pages: who asks, one call, where next. Imports processes and engine, never Celery."""
