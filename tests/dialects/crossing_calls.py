"""Calls of clients, made of the words that both sides of a crossing have (``crossing_tongues``)."""

from __future__ import annotations

import json
from typing import Any

from crossing_tongues import CLIENTS, PROVIDER, Tongue
from hypothesis import strategies as st

from switchgear.core.canonical import (
    Audio,
    Call,
    Effort,
    File,
    Image,
    Message,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    ResponseFormat,
    Signature,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from switchgear.dialects.base import DialectName
from switchgear.dialects.effort import EFFORTS

letters = st.characters(codec="utf-8", exclude_characters="\x00")
spoken = st.text(letters, min_size=1, max_size=16).filter(lambda text: not text.isspace())
names = st.from_regex(r"[a-z][a-zA-Z0-9_]{0,8}", fullmatch=True)
ids = st.text("abXY09_-.:/ é|", min_size=1, max_size=24).filter(lambda text: text.strip() != "")
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | spoken,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(spoken, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
objects = st.dictionaries(spoken, values, max_size=3)
base64s = st.sampled_from(["iVBORw0KGgo=", "QUJD", "QUJDRA=="])


@st.composite
def arguments(draw: st.DrawFn) -> str:
    """Arguments as a model may spell them: escaped or not, on one line or several."""
    return json.dumps(draw(objects), ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))


def schemas() -> st.SearchStrategy[dict[str, Any]]:
    """Schemas of closed objects, which every provider that compiles schemas takes as they are."""
    kinds = st.sampled_from(["string", "integer", "boolean"])
    return st.dictionaries(names, kinds, min_size=1, max_size=3).map(
        lambda fields: {
            "type": "object",
            "properties": {name: {"type": kind} for name, kind in fields.items()},
            "required": sorted(fields),
            "additionalProperties": False,
        }
    )


class Speaker:
    """Makes calls of one ``client`` for one kind of provider. ``words`` are those of both, or ``boldly`` all that the client has."""

    def __init__(self, draw: st.DrawFn, client: DialectName, tongue: Tongue, *, boldly: bool) -> None:
        self.draw = draw
        self.client = client
        self.tongue = tongue
        self.own = CLIENTS[client]
        self.words = self.own if boldly else self.own & tongue.words
        self.called: set[str] = set()

    def has(self, word: str) -> bool:
        """Whether both sides have it."""
        return word in self.words

    def maybe(self, word: str, strategy: st.SearchStrategy[Any], without: Any = None) -> Any:
        """Something both sides have a word for, or ``without``."""
        return self.draw(strategy) if self.has(word) and self.draw(st.booleans()) else without

    # ------------------------------------------------------------ parts

    def text(self) -> Text:
        return Text(self.draw(spoken), self.maybe("cache", st.sampled_from(["5m", "1h"]), ""))

    def image(self, *, only_data: bool = False) -> Image:
        ways = ["data"]
        ways += ["url"] if self.has("image_url") and not only_data else []
        ways += ["file_id"] if self.has("file_id") and not only_data else []
        way = self.draw(st.sampled_from(ways))
        detail = self.maybe("detail", st.sampled_from(["low", "high"]), "")
        if way == "data":
            return Image(data=self.draw(base64s), media_type="image/png", detail=detail)
        if way == "url":
            return Image(self.draw(names.map("https://x.test/{}.png".format)), detail=detail)
        return Image(file_id=self.draw(names), detail=detail)

    def medium(self) -> Image | File | Audio:
        kinds = ["image"]
        kinds += [word for word in ("file_data", "file_url", "file_id", "audio") if self.has(word)]
        kind = self.draw(st.sampled_from(kinds))
        if kind == "image":
            return self.image()
        if kind == "audio":
            return Audio(self.draw(base64s), self.draw(st.sampled_from(["wav", "mp3"])))
        if kind == "file_url":
            return File(self.draw(names.map("https://x.test/{}.pdf".format)))
        if kind == "file_id":
            return File(file_id=self.draw(names))
        return File(data=self.draw(base64s), media_type="application/pdf", filename=f"{self.draw(names)}.pdf")

    def user(self) -> Message:
        if self.has("several_texts"):
            parts: list[Part] = [
                self.text() if is_text else self.medium()
                for is_text in self.draw(st.lists(st.booleans(), min_size=1, max_size=3))
            ]
        else:
            media = [self.medium() for _ in range(self.draw(st.integers(0, 2)))]
            parts = [*([self.text()] if not media or self.draw(st.booleans()) else []), *media]
        return Message("user", parts)

    def thoughts(self) -> list[Part]:
        parts: list[Part] = []
        for _ in range(self.draw(st.integers(0, 2)) if self.has("thoughts") else 0):
            signature = Signature(PROVIDER, "s" + self.draw(names))
            redacted = self.has("redacted") and self.draw(st.booleans())
            parts.append(Reasoning("" if redacted else self.draw(spoken), signature, redacted))
        return parts

    def call(self) -> ToolCall:
        name = self.draw(ids.filter(lambda one: one not in self.called))
        self.called.add(name)
        if "custom" in self.own and self.draw(st.booleans()):
            return ToolCall(name, self.draw(names), self.draw(spoken), custom=True)
        return ToolCall(name, self.draw(names), self.draw(arguments()))

    def assistant(self) -> tuple[Message, list[ToolCall]]:
        thoughts = self.thoughts()
        texts: list[Part] = [
            self.text() for _ in range(self.draw(st.integers(0, 2 if self.has("several_texts") else 1)))
        ]
        if "refusals" in self.own and (self.has("several_texts") or not texts) and self.draw(st.booleans()):
            texts.append(Refusal(self.draw(spoken)))
        calls = [self.call() for _ in range(self.draw(st.integers(0, 2)))]
        parts = [*thoughts, *texts, *calls]
        if self.has("any_order"):
            parts = self.draw(st.permutations(parts))
        return Message("assistant", parts or [Text("So.")]), calls

    def results(self, calls: list[ToolCall]) -> Message:
        results: list[Part] = []
        for call in calls:
            pieces: list[Any] = [Text(self.draw(spoken))] if self.draw(st.booleans()) else []
            if self.has("result_images") and self.draw(st.booleans()):
                # within results Gemini takes data; what it has to fetch it gets behind all of them
                pieces.append(self.image(only_data=self.tongue.target.model.startswith("gemini-3")))
            failed = self.maybe("is_error", st.just(True), False)
            results.append(ToolResult(call.id, pieces, call.name, is_error=failed, custom=call.custom))
        return Message("tool", results)

    def conversation(self, *, ends_plainly: bool) -> list[Message]:
        messages: list[Message] = []
        if self.draw(st.booleans()):
            most = 2 if self.has("several_texts") else 1
            messages.append(Message("system", [self.text() for _ in range(self.draw(st.integers(1, most)))]))
        for _ in range(self.draw(st.integers(0, 2))):
            messages += [self.user() for _ in range(self.draw(st.integers(1, 2)))]
            said, calls = self.assistant()
            messages += [said, *([self.results(calls)] if calls else [])]
            if self.has("later_system") and self.draw(st.booleans()):
                messages.append(Message("system", [Text(self.draw(spoken))]))
        if ends_plainly and any(message.role == "tool" for message in messages):
            messages += [self.user(), Message("assistant", [Text("So.")])]
        return [*messages, self.user()]

    # ------------------------------------------------------------ wishes

    def tools(self) -> list[Tool]:
        made: list[Tool] = []
        for name in self.draw(st.lists(names, max_size=3, unique=True)):
            told = self.draw(st.just("") | spoken)
            cache = self.maybe("cache", st.just("5m"), "")
            if "custom" in self.own and self.draw(st.booleans()):
                form = self.draw(st.sampled_from([None, {"type": "grammar", "syntax": "regex", "definition": "a+"}]))
                made.append(Tool(name, "custom", told, format=form))
                continue
            parameters = self.draw(st.none() | schemas())
            strict = self.maybe("strict", st.booleans())
            made.append(Tool(name, description=told, parameters=parameters, strict=strict, cache=cache))
        return made

    def choice(self, tools: list[Tool], *, free: bool) -> ToolChoice | None:
        if not tools or not self.has("choice"):
            return None
        ways: list[ToolChoice | None] = [None, ToolChoice("auto"), ToolChoice("none")]
        if free:
            ways += [ToolChoice("required"), ToolChoice("named", tools[0].name)]
            if self.has("allowed") and len(tools) > 1:
                some = (tools[0].name, tools[-1].name)
                ways += [ToolChoice("auto", allowed=some), ToolChoice("required", allowed=some)]
        return self.draw(st.sampled_from(ways))

    def format(self) -> ResponseFormat | None:
        if self.has("json") and self.draw(st.booleans()):
            return ResponseFormat("json")
        if not self.draw(st.booleans()):
            return None
        schema = self.draw(schemas())
        if not self.has("schema_name"):
            return ResponseFormat("schema", "answer" if "schema_name" in self.own else "", schema)
        told = self.draw(st.just("") | spoken)
        return ResponseFormat("schema", self.draw(names), schema, told, self.draw(st.sampled_from([None, True])))

    def wish(self) -> ReasoningWish | None:
        if not self.has("reasoning") or self.draw(st.booleans()):
            return None
        if self.client == "messages":
            efforts: list[Effort] = ["low", "medium", "high", "xhigh", "max"]
            if self.draw(st.booleans()):
                return ReasoningWish(budget=self.draw(st.integers(1024, 30_000)))
            return self.draw(
                st.sampled_from([ReasoningWish("none"), *(ReasoningWish(one, adaptive=True) for one in efforts)])
            )
        return ReasoningWish(self.draw(st.sampled_from(EFFORTS)))


@st.composite
def calls(draw: st.DrawFn, client: DialectName, tongue: Tongue, *, boldly: bool = False) -> Call:
    """A call in the words of ``client`` that a provider of the kind ``tongue`` has too; ``boldly`` in all that the client has."""
    speaker = Speaker(draw, client, tongue, boldly=boldly)
    wish = speaker.wish()
    anthropic = tongue.back.name == "messages"
    free = not (anthropic and wish is not None)  # with thinking Anthropic takes neither sampling nor a forced call
    tools = speaker.tools()
    choice = speaker.choice(tools, free=free)
    form = speaker.format() if not (tools and tongue.target.model == "gemini-2.5-flash") else None
    sampled = draw(st.sampled_from(["temperature", "top_p", ""])) if free else ""
    fraction = draw(st.floats(0.1, 0.9))
    least = 45_000 if anthropic or client == "messages" else 16
    both = st.booleans() if speaker.has("parallel_true") else st.just(False)
    choosy = bool(tools) and not (choice is not None and choice.mode == "none")
    tiers = sorted(tongue.tiers & ({"auto", "default"} if client == "messages" else {"auto", "default", "flex"}))
    return Call(
        "m",
        speaker.conversation(ends_plainly=not free),
        stream=draw(st.booleans()),
        tools=tools,
        tool_choice=choice,
        parallel_tools=speaker.maybe("parallel", both) if choosy else None,
        format=form,
        reasoning=wish,
        max_tokens=draw(st.integers(least, 64_000)),
        temperature=fraction if sampled == "temperature" and speaker.has("temperature") else None,
        top_p=fraction if sampled == "top_p" and speaker.has("top_p") else None,
        top_k=speaker.maybe("top_k", st.integers(1, 100)) if free else None,
        stop=speaker.maybe("stop", st.lists(spoken, max_size=3), []),
        seed=speaker.maybe("seed", st.integers(0, 2**31 - 1)),
        presence_penalty=speaker.maybe("penalties", st.floats(-1, 1)),
        frequency_penalty=speaker.maybe("penalties", st.floats(-1, 1)),
        user=speaker.maybe("user", names, ""),
        metadata=speaker.maybe("metadata", st.dictionaries(names, names, max_size=2)),
        service_tier=speaker.maybe("tier", st.sampled_from(tiers), ""),
        verbosity=speaker.maybe("verbosity", st.sampled_from(["low", "high"]), ""),
        cache_key=speaker.maybe("cache_key", names, ""),
        dialect=client,
    )
