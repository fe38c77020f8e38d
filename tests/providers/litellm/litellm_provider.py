"""A provider that LiteLLM translates for, at a test's upstream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from switchgear.core.secrets import Secret
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.litellm.engine import Engine
from switchgear.providers.litellm.provider import LiteLLMProvider
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.transport import OriginSettings, Timeouts

LONG = Timeouts(connect=20, first_byte=20, between_bytes=20, total=20)
KEY = Secret("sk-test-0123456789abcdef")


@asynccontextmanager
async def provider_at(
    engine: Engine,
    litellm_provider: str,
    url: str | None,
    *,
    key: Secret | None = KEY,
    timeouts: Timeouts = LONG,
    **given: Any,
) -> AsyncIterator[LiteLLMProvider]:
    """A provider that is closed afterwards."""
    origin = OriginSettings("p", "https://litellm.invalid", timeouts, proxy="none")
    provider = LiteLLMProvider(LiteLLMSettings(origin, litellm_provider, url, key, **given), engine)
    try:
        yield provider
    finally:
        provider.close()


def asking(model: str = "m", *, stream: bool = False, operation: Operation = Operation.CHAT, **call: Any) -> Outgoing:
    """A request; a chat says hello when nothing else is given."""
    if operation is Operation.CHAT:
        call = {"messages": [{"role": "user", "content": "Hello"}], **call}
    body = json.dumps({"model": model, **({"stream": True} if stream else {}), **call}).encode()
    return Outgoing(operation, "chat" if operation is Operation.CHAT else "", model, body, stream)


async def ask(provider: LiteLLMProvider, outgoing: Outgoing) -> Any:
    """The document of the answer to one request."""
    with await provider.send(outgoing) as answer:
        return json.loads(await answer.body())


async def events(answer: Answer) -> list[Any]:
    """The events of a streamed answer."""
    parts: list[bytes] = []
    await answer.pipe(parts.append)
    told = [event.removeprefix("data: ") for event in b"".join(parts).decode().split("\n\n") if event]
    return [event if event == "[DONE]" else json.loads(event) for event in told]
