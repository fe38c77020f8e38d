"""What a model can do, as far as it is known: from the price map, from the configuration, from its provider."""

from __future__ import annotations

from typing import Literal

import msgspec

Tools = Literal["native", "prompted", "none"]
Schema = Literal["native", "checked"]


class Capabilities(msgspec.Struct, frozen=True):
    """What a deployment can do. ``None`` is not known, and then the request is sent as it is and the provider decides.

    ``tools``: ``native``; ``prompted`` (the gateway describes them in the prompt and reads the calls from the text);
    ``none``. ``schema``: ``native`` (the provider holds answers to a JSON schema) or ``checked`` (the gateway does).
    ``vision``, ``audio_input``, ``pdf_input``: whether such parts are taken. ``image_urls``: whether the provider fetches
    images itself; where it does not, the gateway does. ``reasoning``: whether it can think. ``prefill``: whether an answer may be begun for
    it. ``max_output`` and ``context`` are tokens.
    """

    tools: Tools | None = None
    parallel_tools: bool | None = None
    tool_choice: bool | None = None
    schema: Schema | None = None
    vision: bool | None = None
    audio_input: bool | None = None
    pdf_input: bool | None = None
    image_urls: bool | None = None
    reasoning: bool | None = None
    prefill: bool | None = None
    system: bool | None = None
    context: int | None = None
    max_output: int | None = None

    @property
    def sees(self) -> bool:
        """Whether images may be sent: it is able, or nothing is known."""
        return self.vision is not False

    def over(self, other: Capabilities) -> Capabilities:
        """These where they are known, and those of ``other`` where they are not."""
        known = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(other, **known)


class Target(msgspec.Struct, frozen=True):
    """Where a call goes: the ``provider`` by its configured name, its ``kind`` (``openai``, ``anthropic``, ``gemini`` …),
    and its ``model``. ``native_signatures`` names the dialect whose unmarked signatures this provider made, or ``""``.
    ``stream_usage``: whether it may be asked for usage in streams, where its dialect has to ask."""

    provider: str
    kind: str
    model: str
    capabilities: Capabilities = Capabilities()
    native_signatures: str = ""
    stream_usage: bool = True
