"""Signing in, signing out, changing the password."""
