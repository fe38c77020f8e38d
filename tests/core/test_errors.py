import re
from collections import defaultdict
from http import HTTPStatus
from typing import Any

import pytest

from switchgear.core.errors import (
    GatewayError,
    LimitReached,
    ModelNotFound,
    PluginFailed,
    ProviderError,
    ProviderTimeout,
    RequestError,
    StartupError,
    SwitchgearError,
    every_error,
)

EVERY = list(every_error())

# The values OpenAI's API uses in error.type (https://platform.openai.com/docs/guides/error-codes).
OPENAI_TYPES = {
    "api_error",
    "authentication_error",
    "insufficient_quota",
    "invalid_request_error",
    "permission_error",
    "rate_limit_error",
    "server_error",
}

each = pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)


def test_a_code_belongs_to_one_class_and_those_that_only_narrow_it():
    """A child that sets no code of its own is the same error to a client; no two others share one."""
    owners = defaultdict(list)
    for kind in EVERY:
        if "code" in vars(kind):
            owners[kind.code].append(kind.__name__)

    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_only_classes_made_to_narrow_their_parent_share_its_code():
    assert {kind.__name__ for kind in EVERY if "code" not in vars(kind)} == {"InternalError", "UnknownKey"}


@each
def test_a_code_is_snake_case(kind: type[SwitchgearError]):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)


@each
def test_every_class_says_what_it_means(kind: type[SwitchgearError]):
    assert "__doc__" in vars(kind)
    assert kind.__doc__ is not None
    assert kind.__doc__.strip().split("\n\n")[0].rstrip().endswith(".")


@each
def test_every_class_says_what_to_do(kind: type[SwitchgearError]):
    assert kind.hint or kind is SwitchgearError


@each
def test_every_status_is_one_of_http(kind: type[SwitchgearError]):
    assert HTTPStatus(kind.status)
    assert kind.status >= 400


@each
def test_every_type_is_one_that_openai_clients_know(kind: type[SwitchgearError]):
    assert kind.openai_type in OPENAI_TYPES


@each
def test_a_class_belongs_to_one_branch_and_its_status_fits(kind: type[SwitchgearError]):
    branches = [
        branch
        for branch in (RequestError, LimitReached, ProviderError, GatewayError, StartupError)
        if issubclass(kind, branch)
    ]

    assert len(branches) <= 1
    if branches == [RequestError]:
        assert 400 <= kind.status < 500
        assert not kind.retryable
    if branches == [LimitReached]:
        assert kind.status == 429
    if branches == [GatewayError]:
        assert kind.status >= 500
        assert kind.retryable


def test_exit_codes_tell_failures_apart_and_leave_the_shells_alone():
    """2 is every mistake in what was given; 126 and above mean something to a shell."""
    codes = defaultdict(set)
    for kind in EVERY:
        if issubclass(kind, StartupError):
            codes[kind.exit_code].add(kind.__name__)

    assert all(1 <= code < 64 for code in codes)
    assert {code for code, names in codes.items() if len(names) > 1} <= {2}


def test_an_error_shows_its_message_and_its_class_advice():
    error = ModelNotFound('No model "x".', param="model")

    assert str(error) == error.message == 'No model "x".'
    assert error.advice == ModelNotFound.hint
    assert (error.param, error.retry_after, error.cause) == ("model", None, None)


def test_an_instance_can_advise_better_than_its_class():
    assert ModelNotFound("m", hint="Call it y.").advice == "Call it y."
    assert ModelNotFound("m", hint="").advice == ""


def test_the_cause_is_kept_apart_from_what_is_shown():
    error = SwitchgearError("The database is busy.", cause="SQLITE_BUSY")

    assert error.cause == "SQLITE_BUSY"
    assert "SQLITE_BUSY" not in str(error)


def test_a_provider_error_tells_which_and_what_it_answered():
    error = ProviderTimeout("m", provider="openai", upstream_status=504, retry_after=2.5)

    assert (error.provider, error.upstream_status, error.retry_after) == ("openai", 504, 2.5)


@each
def test_every_class_can_be_made_from_a_message(kind: type[SwitchgearError]):
    made: Any = kind("What happened.")

    assert made.http_status == kind.status
    assert kind.doc().endswith(f"#{kind.code}")


def test_what_to_do_about_a_plugin_names_it() -> None:
    kinds = [each for each in EVERY if issubclass(each, PluginFailed)]
    assert any("NAME" in each.hint for each in kinds)
    for each in kinds:
        assert "NAME" not in each("It broke.", plugin="clock").advice
        assert each("It broke.").advice == each.hint
