"""Papers: what is printed on A4, signed, sealed and handed over."""
