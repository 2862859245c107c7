"""BPMN in Python. Knows no union, no Flask, no Celery, no Redis."""

VERSION = "0.1.0"
