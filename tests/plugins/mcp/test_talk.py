"""How much a server may say that is no answer."""

from switchgear.plugins.mcp.talk import A_FRAME, A_SECOND, FREELY, LONGEST_PAUSE, Talk


def _say(talk: Talk, count: int, now: float) -> float:
    talk.said += count
    return talk.pause(now)


def test_a_burst_is_read_at_once_and_what_is_more_later() -> None:
    talk = Talk()
    assert _say(talk, FREELY, 100.0) == 0.0
    assert not talk.much
    assert _say(talk, A_SECOND, 100.0) == 1.0
    assert talk.much


def test_it_is_forgotten_as_time_goes() -> None:
    talk = Talk()
    _say(talk, FREELY + A_SECOND, 100.0)
    assert _say(talk, A_SECOND, 102.0) == 0.0
    assert _say(talk, FREELY, 1000.0) == 0.0


def test_a_pause_ends_some_time() -> None:
    assert _say(Talk(), 10**9, 5.0) == LONGEST_PAUSE


def test_long_ones_are_many() -> None:
    talk = Talk()
    talk.heard(1, FREELY * A_FRAME)
    assert 0.0 < talk.pause(100.0) < 1.0
    answers = Talk()
    answers.heard(0, 10**9)
    assert answers.said == 0


def test_a_few_frames_are_not_looked_at() -> None:
    talk = Talk()
    assert _say(talk, 5, 1.0) == 0.0
    assert talk.said == 5
