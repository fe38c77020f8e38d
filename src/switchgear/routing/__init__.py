"""Which deployment answers a call."""
