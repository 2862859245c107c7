"""Moves hints and drains queues; nothing is true here."""
