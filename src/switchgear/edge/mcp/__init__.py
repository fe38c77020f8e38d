"""The Model Context Protocol as clients speak it to the gateway."""
