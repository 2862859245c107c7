"""Files that people hand in: what may be kept (`content`), and where (`storage`)."""
