"""Diagrams: admission, normalisation, description, rules, and the specs that are stepped."""
