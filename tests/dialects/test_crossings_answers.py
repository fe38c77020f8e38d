"""From every kind of provider to every client: an answer keeps what both sides have words for, whole and in whatever pieces."""

from __future__ import annotations

import copy

import pytest
from crossing_answers import answers, asked, cut, meaning, streams
from crossing_provided import provided, streamed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchgear.core.calls import Usage
from switchgear.core.canonical import Answer, Call, Counted, Event, Message, Text
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import Back, DialectName
from switchgear.dialects.registry import BACKS, FRONTS
from switchgear.providers.sse import EventCutter, event_data, split_events

CROSSINGS = [(client, provider) for client in FRONTS for provider in BACKS]
relaxed = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
TARGET = Target("p", "openai", "m")
PLAIN = Call("m", [Message("user", [Text("Hi")])], wants_usage=True)
"""What a provider is asked by itself: it knows of no custom tools but its own."""


def whole(answer: Answer, provider: DialectName) -> bytes:
    """An answer as a provider gives it."""
    return FRONTS[provider].write_answer(answer, PLAIN) if provider in FRONTS else provided(answer, provider)


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
@relaxed
@given(data=st.data())
def test_an_answer_means_the_same_to_a_client(client: DialectName, provider: DialectName, data: st.DataObject) -> None:
    answer = data.draw(answers(client, provider))
    meant = meaning(copy.deepcopy(answer), client)
    crossed = BACKS[provider].read_answer(whole(answer, provider), TARGET)
    seen = BACKS[client].read_answer(FRONTS[client].write_answer(crossed, asked(client)), TARGET)
    assert meaning(seen, client) == meant


# ---------------------------------------------------------------- streams


def heard(back: Back, pieces: list[bytes]) -> list[Event]:
    """The events in a provider's stream, however its bytes come."""
    cutter, reader = EventCutter("p"), back.reader(TARGET)
    found: list[Event] = []

    def take(events: bytes) -> None:
        for event in split_events(events):
            if event_data(event):
                found.extend(reader.read(event_data(event)))

    for piece in pieces:
        if back.framing == "lines":
            for line in cutter.lines(piece):
                found.extend(reader.read(line))
        else:
            take(cutter.feed(piece))
    rest, unfinished = cutter.finish()
    take(rest)
    assert not unfinished.strip()
    assert reader.complete
    return found


def said(client: DialectName, call: Call, events: list[Event]) -> bytes:
    """The stream that a client gets, one event at a time; ending with the usage that was counted last."""
    writer = FRONTS[client].writer(call, "req_1")
    usage = next((event.usage for event in reversed(events) if isinstance(event, Counted)), Usage())
    return b"".join([writer.write([event]) for event in events]) + writer.finish(usage)


def assembled(events: list[Event]) -> Answer:
    assembly = Assembly()
    assembly.add(events)
    return assembly.answer()


@pytest.mark.parametrize("client", FRONTS)
@relaxed
@given(data=st.data())
def test_a_stream_arrives_whole_wherever_it_is_cut(client: DialectName, data: st.DataObject) -> None:
    answer = data.draw(answers(client, client))
    meant = meaning(copy.deepcopy(answer), client)
    stream = said(client, asked(client), data.draw(streams(answer)))
    everywhere = heard(BACKS[client], cut(data.draw, stream, everywhere=True))
    assert meaning(assembled(everywhere), client) == meant
    anywhere = heard(BACKS[client], cut(data.draw, stream.replace(b"\n", b"\r\n")))
    assert meaning(assembled(anywhere), client) == meant


@pytest.mark.parametrize(("client", "provider"), CROSSINGS)
@relaxed
@given(data=st.data())
def test_a_streamed_answer_means_the_same_to_a_client(
    client: DialectName, provider: DialectName, data: st.DataObject
) -> None:
    answer = data.draw(answers(client, provider))
    meant = meaning(copy.deepcopy(answer), client)
    given = said(provider, PLAIN, data.draw(streams(answer))) if provider in FRONTS else streamed(answer, provider)
    events = heard(BACKS[provider], cut(data.draw, given))
    seen = heard(BACKS[client], cut(data.draw, said(client, asked(client), events)))
    assert meaning(assembled(seen), client) == meant
