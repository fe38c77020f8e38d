"""Anthropic's wire dialect in front of the gateway."""
