"""Who may call: keys, their scopes, and the check every call passes first."""
