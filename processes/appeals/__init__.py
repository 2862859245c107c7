"""诉求: a worker raises a matter, and always gets an answer."""
