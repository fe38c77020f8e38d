"""APIs that need more than LiteLLM's configuration alone: where they are, how they are opened, how their streams are cut."""
