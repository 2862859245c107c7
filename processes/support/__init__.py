"""Processes that serve the others: supervision of what is overdue."""
