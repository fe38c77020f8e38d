"""Frames are seen by those who watch, without secrets, and by nobody else."""

from __future__ import annotations

import json

import pytest

from switchgear.core.errors import UsageError
from switchgear.plugins.authoring import recording
from switchgear.plugins.following import WAITING, Ring
from switchgear.plugins.traffic import LONGEST, Seen, Traffic, redacted


class Wire:
    """A channel that keeps what is sent, and its receiver."""

    under_pressure = False

    def __init__(self):
        self.sent = []
        self.received = []
        self.ended = []

    def start(self, receiver):
        self.receiver = receiver

    def send(self, frame, call=None):
        self.sent.append(frame)

    def frame(self, data, call=None):
        self.received.append(data)
        return 1

    def closed(self, reason):
        self.ended.append(reason)


REQUEST = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"say","arguments":{"password":"hunter22","text":"x s3cret-value y"}}}\n'
ANSWER = b'{"jsonrpc":"2.0","id":7,"result":{"content":[]}}\n'


def tapped(traffic):
    wire = Wire()
    channel = traffic.tap("weather", wire)
    channel.start(wire)
    return wire, channel


async def test_frames_pass_unseen_while_nobody_watches():
    traffic = Traffic()
    wire, channel = tapped(traffic)
    channel.send(REQUEST)
    wire.receiver.frame(ANSWER)
    assert (wire.sent, wire.received) == ([REQUEST], [ANSWER])
    assert traffic.last("weather") == []
    assert traffic.quiet


async def test_who_watches_sees_frames_both_ways_without_secrets():
    traffic = Traffic(lambda plugin: ["s3cret-value"])
    wire, channel = tapped(traffic)
    with traffic.watch("weather") as follower:
        channel.send(REQUEST)
        wire.receiver.frame(ANSWER)
        wire.receiver.frame(b"not a frame\n")
        sent, answer, noise = follower.taken()
    assert (sent.direction, sent.kind, sent.method, sent.id, sent.bytes) == (
        "sent",
        "request",
        "tools/call",
        "7",
        len(REQUEST),
    )
    assert json.loads(sent.frame)["params"]["arguments"] == {"password": "***", "text": "x *** y"}
    assert (answer.kind, answer.method, answer.id) == ("answer", "tools/call", "7")
    assert answer.ms is not None
    assert (noise.kind, noise.frame) == ("noise", "not a frame")
    wire.receiver.closed("it was stopped")
    assert wire.ended == ["it was stopped"]


async def test_a_plugin_is_watched_for_a_while_after_the_last_one_left():
    now = [0.0]
    traffic = Traffic(clock=lambda: now[0])
    _, channel = tapped(traffic)
    with traffic.watch("weather"):
        pass
    channel.send(REQUEST)
    assert len(traffic.last("weather")) == 1
    now[0] = 61.0
    channel.send(REQUEST)
    assert traffic.last("weather") == []
    assert traffic.quiet


async def test_others_are_not_watched():
    traffic = Traffic()
    _, channel = tapped(traffic)
    with traffic.watch("time") as follower:
        channel.send(REQUEST)
        assert list(follower.taken()) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"authorization": "Bearer abc"}, {"authorization": "***"}),
        ({"headers": {"X-Api-Key": "abc"}}, {"headers": {"X-Api-Key": "***"}}),
        ({"access_token": "abc", "progressToken": "abc"}, {"access_token": "***", "progressToken": "abc"}),
        ({"secrets": ["a", "b"]}, {"secrets": ["***", "***"]}),
    ],
)
def test_fields_that_are_named_like_secrets_are_hidden(given, shown):
    assert json.loads(redacted(json.dumps(given).encode(), ())) == shown


def test_a_secret_is_hidden_in_its_escaped_form_and_a_long_frame_is_cut():
    secret = 'a"b\\c\u00e9'
    assert secret not in redacted(json.dumps({"text": f"x{secret}y"}).encode(), (secret,))
    assert "***" in redacted(json.dumps({"text": f"x{secret}y"}).encode(), (secret,))
    assert len(redacted(b'"' + b"x" * 2 * LONGEST + b'"', ())) == LONGEST + 1
    assert redacted(b"[" * 100_000, ()).startswith("[[")


async def test_a_ring_keeps_the_last_and_no_more_than_it_may_hold():
    ring: Ring[str] = Ring(3, 10, len)
    for thing in ("a", "b", "c", "d"):
        ring.add(thing)
    assert ring.last() == ["b", "c", "d"]
    ring.add("x" * 9)
    assert ring.last() == ["d", "x" * 9]


async def test_a_slow_follower_misses_the_oldest_and_knows_how_many():
    ring: Ring[int] = Ring(1, 1, lambda _: 1)
    with ring.follow() as follower:
        for number in range(WAITING + 5):
            ring.add(number)
        assert next(follower.taken()) == 5
        assert follower.missed == 5
        async for number in follower:
            if number == WAITING + 4:
                break
    assert not ring.followed


def seen(direction, frame, number="1"):
    return Seen(0.0, "weather", direction, "request", "", number, None, 1, json.dumps(frame))


def test_a_recording_is_the_requests_that_were_answered():
    lines = [
        recording.written(seen("sent", {"id": 1, "method": "initialize", "params": {}})),
        recording.written(seen("received", {"id": 1, "result": {}})),
        recording.written(seen("sent", {"id": 2, "method": "tools/call", "params": {"name": "a", "_meta": {}}}, "2")),
        recording.written(seen("received", {"id": 2, "result": {"content": [], "_meta": {"x": 1}}}, "2")),
        recording.written(seen("sent", {"id": 3, "method": "nothing"}, "3")),
        recording.written(seen("received", {"id": 3, "error": {"code": -32601}}, "3")),
        recording.written(seen("sent", {"id": 4, "method": "unanswered"}, "4")),
        "",
    ]
    assert recording.steps(lines) == [
        recording.Step("tools/call", {"name": "a"}, {"content": [], "_meta": {"x": 1}}),
        recording.Step("nothing", {}, None, -32601),
    ]
    with pytest.raises(UsageError, match="Line 1 of the recording"):
        recording.steps(["{"])


def test_differences_are_told_with_their_places():
    before = {"a": [1, {"b": "x"}], "gone": True, "secret": "***"}
    now = {"a": [1, {"b": "y"}, 3], "new": None, "secret": "other"}
    assert sorted(recording.differences(before, now)) == [
        "result.a has 3 items; it had 2",
        'result.a[1].b is "y"; it was "x"',
        "result.gone is gone; it was true",
        "result.new is new: null",
    ]
    assert list(recording.differences(1, True)) == ["result is true; it was 1"]
