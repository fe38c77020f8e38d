"""APIs that an OpenAPI document describes, as plugins: each operation is a tool, and the gateway itself makes the requests."""
