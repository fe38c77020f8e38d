"""What processes share and may lose: counters, channels, blobs, locks, membership; in process, or in Valkey."""
