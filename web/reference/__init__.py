"""The page on which the REST interface is read."""
