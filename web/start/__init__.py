"""The first page: in the demo office ten roles to step into, elsewhere the login."""
