"""What stands behind: the HTTP transport and one module a provider family."""
