"""The stages of a call, read top to bottom."""
