"""What every layer may use and what uses nothing else: errors, call records, ids, secrets."""
