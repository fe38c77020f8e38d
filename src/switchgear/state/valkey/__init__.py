"""The state in Valkey, or in a cluster of it. Nothing else in the project speaks to Valkey."""
