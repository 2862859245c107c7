"""The state of one instance: tokens, variables, stepping, saving."""
