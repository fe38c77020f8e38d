"""Plugins run confined: what holds a server's process, what it may reach, and how that is proved to be there."""
