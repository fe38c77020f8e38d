"""``switchgear chat``: a model in the terminal, through the running gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import failures, progress, screen
from switchgear.cli.client import Api, error_of, running
from switchgear.cli.where import HERE, Where
from switchgear.config.schema import EMBEDDED_MODEL
from switchgear.core.errors import (
    GatewayNotRunning,
    ModelNotFound,
    ProviderDisconnected,
    ProviderInvalidResponse,
    SwitchgearError,
    UsageError,
)

_QUIET_SECONDS: Final = 1.0
"""How long a person waits without a sign of life."""

Message = dict[str, str]

app = App(
    name="chat",
    help_epilogue="""\
Without a question it is a conversation: Ctrl-C stops an answer, Ctrl-D ends. Standard input that is not a terminal
is the question.

Examples
  switchgear chat "Name three rivers"
  switchgear chat --model openai/gpt-5-mini
  git diff | switchgear chat --system "Write a commit message for this diff" """.rstrip(),
)


@app.default
def chat(
    question: Annotated[str | None, Parameter(name="QUESTION", help="What to ask. [a conversation]")] = None,
    /,
    *,
    model: Annotated[str | None, Parameter(metavar="NAME", help="Model to ask. [the first that can chat]")] = None,
    system: Annotated[str | None, Parameter(metavar="TEXT", help="Instructions for the model.")] = None,
    where: Where = HERE,
) -> int:
    """Ask a model, once or in a conversation; its answer streams in."""
    if question is None and not sys.stdin.isatty():
        question = sys.stdin.read().strip()
    if question is not None and not question.strip():
        raise UsageError("The question is empty.", hint='Ask like this: switchgear chat "Name three rivers"')
    chosen = model or asyncio.run(_first_model(where))
    messages: list[Message] = [{"role": "system", "content": system}] if system else []
    if question is not None:
        messages.append({"role": "user", "content": question})
        asyncio.run(_answer(where, chosen, messages, said=[]))
        return 0
    return _converse(where, chosen, messages)


def _converse(where: Where, model: str, messages: list[Message]) -> int:
    """Turn by turn until Ctrl-D. An answer that was stopped or failed does not end the conversation."""
    import readline  # noqa: F401, PLC0415 - editing and history for input(), by being imported

    screen.note(screen.style(f"{model} · Ctrl-C stops an answer, Ctrl-D ends", "dim", sys.stderr))
    while True:
        try:
            asked = input("› ").strip()
        except EOFError:
            screen.say()
            return 0
        except KeyboardInterrupt:  # as in a shell: it clears the line
            screen.say()
            continue
        if not asked:
            continue
        said: list[str] = []
        messages.append({"role": "user", "content": asked})
        try:
            asyncio.run(_answer(where, model, messages, said=said))
        except KeyboardInterrupt:
            screen.say(screen.style(" (stopped)", "dim"))
        except GatewayNotRunning:
            raise
        except SwitchgearError as error:
            if said:
                screen.say()
            failures.tell(error)
        if said:
            messages.append({"role": "assistant", "content": "".join(said)})
        else:
            messages.pop()


async def _answer(where: Where, model: str, messages: list[Message], *, said: list[str]) -> None:
    """Print the answer as it comes and keep its pieces in ``said``. Raises SwitchgearError."""
    body = {"model": model, "messages": messages, "stream": True}
    reason: str | None = None
    with _SignOfLife(model) as waiting:
        async with running(where) as api, api.stream("POST", "/v1/chat/completions", body) as lines:
            async for event in _events(lines):
                waiting.over()
                reason = _print(event, said) or reason
    if not "".join(said).endswith("\n"):
        screen.say()
    sys.stdout.flush()
    if reason == "length":
        screen.note(screen.style("The answer reached its token limit.", "dim", sys.stderr))


def _print(event: dict[str, Any], said: list[str]) -> str | None:
    """Print what an event says and keep it in ``said``; why the answer ended, when it tells."""
    reason: str | None = None
    for choice in event.get("choices") or ():
        text = (choice.get("delta") or {}).get("content") or ""
        reason = choice.get("finish_reason") or reason
        if text:
            said.append(text)
            sys.stdout.write(screen.printable(text) if sys.stdout.isatty() else text)
            sys.stdout.flush()
    return reason


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). Raises its error."""
    async for line in lines:
        if not line.startswith("data:"):
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            return
        try:
            event = json.loads(data)
        except ValueError:
            raise ProviderInvalidResponse("The answer holds what is not JSON.") from None
        if isinstance(event, dict) and "error" in event:
            raise error_of(event, 502)
        if isinstance(event, dict):
            yield event
    raise ProviderDisconnected("The answer broke off before its end.", hint="Ask again.")


class _SignOfLife:
    """Shows on a terminal that an answer is waited for, when it is long in coming."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._shown = contextlib.ExitStack()
        self._due: asyncio.TimerHandle | None = None

    def __enter__(self) -> _SignOfLife:
        self._due = asyncio.get_running_loop().call_later(_QUIET_SECONDS, self._show)
        return self

    def _show(self) -> None:
        self._shown.enter_context(progress.spinner(f"Waiting for {self._model}"))

    def over(self) -> None:
        """The answer comes."""
        if self._due is not None:
            self._due.cancel()
        self._shown.close()

    def __exit__(self, *_: object) -> None:
        self.over()


async def _first_model(where: Where) -> str:
    """The model to ask when none was named: an alias defined here before the embedded model."""
    async with running(where) as api:
        return choose(await _names(api))


async def _names(api: Api) -> list[str]:
    return [str(each["id"]) for each in (await api.get("/v1/models"))["data"]]


def choose(names: list[str]) -> str:
    """The name to chat with among those that may be called. Raises ModelNotFound when there is none."""
    talking = [name for name in names if "embed" not in name.lower() and "minilm" not in name.lower()]
    if not talking:
        raise ModelNotFound("This key can call no model that chats.", hint="Name one with --model.")
    aliases = [name for name in talking if "/" not in name]
    own = [name for name in aliases if name != EMBEDDED_MODEL]
    return (own or aliases or talking)[0]
