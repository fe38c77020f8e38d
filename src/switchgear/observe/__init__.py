"""Metrics, logs and traces; all of them subscribe to events."""
