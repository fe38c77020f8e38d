"""The embedded models: each one an OpenAI-compatible server in a supervised child process of its own."""
