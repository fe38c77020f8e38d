"""Providers whose API LiteLLM translates: to OpenAI's Chat Completions in front of us, to theirs behind.

LiteLLM gives the translation alone. Connections, limits, errors, secrets and streams are ours, as for every provider; where it
has no translation that can be used without its own HTTP client, that client is used, and the provider's row of
docs/reference/providers.md says so.

engine       LiteLLM, loaded at the first need, off the event loop, and sealed: no environment, no network of its own, no log
known        what each of its providers supports: data that ships with us, held to the installed LiteLLM by a test
provider     the provider: which road a request takes
chat         a chat of one model by LiteLLM's configuration for it; ``families`` has the APIs that need more than that
answers      what comes back, whole or streamed, as Chat Completions
"""
