"""What the office does: one bundle per business area."""
