"""Plugins: MCP servers in bundles, what they may do, and the processes in which they run."""
