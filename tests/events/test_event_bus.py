import logging
from dataclasses import dataclass

import pytest

from switchgear.events.bus import EventBus


@dataclass
class Rang:
    times: int = 1


@dataclass
class RangLoudly(Rang):
    pass


def test_handlers_hear_events_of_their_kind_in_the_order_they_subscribed():
    bus, heard = EventBus(), []
    bus.subscribe(Rang, lambda event: heard.append(("first", event.times)))
    bus.subscribe(Rang, lambda event: heard.append(("second", event.times)))

    bus.publish(Rang(2))

    assert heard == [("first", 2), ("second", 2)]


def test_other_kinds_are_not_heard_and_a_subclass_is_another_kind():
    bus, heard = EventBus(), []
    bus.subscribe(Rang, heard.append)

    bus.publish("a string")
    bus.publish(RangLoudly())

    assert heard == []


def test_publishing_what_nobody_asked_for_does_nothing():
    EventBus().publish(Rang())


def test_an_ended_subscription_hears_nothing_and_can_be_ended_again():
    bus, heard = EventBus(), []
    end = bus.subscribe(Rang, heard.append)
    bus.subscribe(Rang, lambda event: heard.append("other"))

    end()
    end()
    bus.publish(Rang())

    assert heard == ["other"]


def test_the_same_handler_twice_is_two_subscriptions():
    bus, heard = EventBus(), []
    end = bus.subscribe(Rang, heard.append)
    bus.subscribe(Rang, heard.append)

    bus.publish(Rang())
    end()
    bus.publish(Rang())

    assert len(heard) == 3


def test_a_handler_may_unsubscribe_while_it_is_called():
    bus, heard = EventBus(), []

    def once(event: Rang) -> None:
        heard.append("once")
        end()

    end = bus.subscribe(Rang, once)
    bus.subscribe(Rang, lambda event: heard.append("always"))

    bus.publish(Rang())
    bus.publish(Rang())

    assert heard == ["once", "always", "always"]


def test_a_failing_handler_is_logged_and_costs_the_others_nothing(caplog: pytest.LogCaptureFixture):
    bus, heard = EventBus(), []

    def broken(event: Rang) -> None:
        raise ValueError("no bell")

    bus.subscribe(Rang, broken)
    bus.subscribe(Rang, heard.append)

    with caplog.at_level(logging.ERROR):
        bus.publish(Rang())

    assert len(heard) == 1
    assert "broken" in caplog.text
    assert "no bell" in caplog.text


def test_a_handler_that_always_fails_does_not_fill_the_log(caplog: pytest.LogCaptureFixture):
    bus = EventBus()

    def broken(event: Rang) -> None:
        raise ValueError

    bus.subscribe(Rang, broken)
    with caplog.at_level(logging.ERROR):
        for _ in range(1000):
            bus.publish(Rang())

    assert len(caplog.records) == 10  # failures 1, 2, 4 … 512
