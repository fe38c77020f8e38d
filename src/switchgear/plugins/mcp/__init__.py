"""The Model Context Protocol, spoken to tool servers: one connection, many calls of many clients at once."""
