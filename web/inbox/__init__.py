"""The inbox: what waits for me, and doing it."""
