import asyncio
import io
import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import structlog
from structlog.contextvars import bound_contextvars

from switchgear.core.calls import CallRecord, Usage
from switchgear.core.errors import RequestError
from switchgear.core.secrets import Secret
from switchgear.observe.logs import CallLog, LogControl, configure

WORD = "hunter2-correct-horse"
CALL = CallRecord(
    id="req_1",
    at=1_700_000_000_000,
    key_id="key_1",
    endpoint="chat/completions",
    model="fast",
    provider="openai",
    deployment="gpt-5-mini",
    streamed=True,
    outcome="ok",
    status=200,
    error="",
    usage=Usage(),
    cost=None,
    latency_ms=3.21,
    first_token_ms=None,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Logging:
    """Configured logging whose lines can be read."""

    def __init__(self, control: LogControl, stream: io.StringIO) -> None:
        self.control = control
        self.stream = stream

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]


@pytest.fixture
def logs() -> Iterator[Logging]:
    stream = io.StringIO()
    control = configure("info", "json", stream)
    yield Logging(control, stream)
    control.close()


def test_a_line_says_when_how_grave_what_and_who(logs: Logging):
    structlog.get_logger("switchgear.edge").info("listening", port=4100)

    (line,) = logs.lines
    assert list(line) == ["time", "level", "event", "logger", "port"]
    assert line["time"].endswith("Z")
    assert (line["level"], line["event"], line["logger"], line["port"]) == (
        "info",
        "listening",
        "switchgear.edge",
        4100,
    )


def test_the_standard_library_writes_the_same_lines(logs: Logging):
    logging.getLogger("uvicorn.error").warning("shutting %s", "down", extra={"pid": 7})

    (line,) = logs.lines
    assert list(line) == ["time", "level", "event", "logger", "pid"]
    assert (line["level"], line["event"], line["logger"]) == ("warning", "shutting down", "uvicorn.error")


def test_loggers_made_before_configuring_are_taken_along():
    early, standard = structlog.get_logger("early"), logging.getLogger("early.standard")
    stream = io.StringIO()
    control = configure("info", "json", stream)
    early.info("one")
    standard.info("two")
    control.close()

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["one", "two"]


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("debug", ["debug", "info", "warning", "error", "critical"]),
        ("info", ["info", "warning", "error", "critical"]),
        ("warning", ["warning", "error", "critical"]),
        ("error", ["error", "critical"]),
    ],
)
@pytest.mark.parametrize("get", [structlog.get_logger, logging.getLogger])
def test_every_logger_follows_the_level_at_once(logs: Logging, get: Callable[[str], Any], level: Any, shown: list[str]):
    log = get("switchgear.anything")
    log.info("before")
    logs.control.level = level
    for method in ("debug", "info", "warning", "error", "critical"):
        getattr(log, method)(method)

    assert logs.events == ["before", *shown]
    assert logs.control.level == level


def test_a_bound_logger_kept_from_before_follows_the_level_too(logs: Logging):
    log = structlog.get_logger("switchgear.kept").bind(part="x")
    log.debug("hidden")
    logs.control.level = "debug"
    log.debug("shown")

    assert logs.events == ["shown"]
    assert logs.lines[0]["part"] == "x"


def test_an_unknown_level_is_refused_and_changes_nothing(logs: Logging):
    with pytest.raises(RequestError) as error:
        logs.control.level = "loud"  # type: ignore[assignment] - what is tested

    assert error.value.param == "level"
    assert "debug, info, warning, error" in error.value.advice
    assert logs.control.level == "info"


def test_whether_debug_lines_can_show_is_a_plain_attribute(logs: Logging):
    control = logs.control
    assert control.debug_enabled is False
    with control.debug_for("req_1"):
        assert control.debug_enabled is True
        control.level = "debug"
    assert control.debug_enabled is True
    control.level = "warning"
    assert control.debug_enabled is False


async def test_one_request_shows_at_debug_level_while_the_others_do_not(logs: Logging):
    log, standard = structlog.get_logger("ours"), logging.getLogger("theirs")
    meet = asyncio.Barrier(2)

    async def serve(name: str) -> None:
        await meet.wait()
        log.debug(f"{name} ours")
        standard.debug(f"{name} theirs")
        await asyncio.create_task(deeper(name))
        await meet.wait()

    async def deeper(name: str) -> None:
        log.debug(f"{name} deeper")

    async def watched() -> None:
        with logs.control.debug_for("req_watched"):
            await serve("watched")

    await asyncio.gather(watched(), serve("other"))

    assert logs.events == ["watched ours", "watched theirs", "watched deeper"]
    assert {line["request_id"] for line in logs.lines} == {"req_watched"}
    log.debug("after")
    standard.debug("after")
    assert len(logs.events) == 3


def test_context_variables_of_structlog_are_on_every_line(logs: Logging):
    with bound_contextvars(request_id="req_7"):
        structlog.get_logger("a").info("one")
        logging.getLogger("b").info("two")

    assert [line["request_id"] for line in logs.lines] == ["req_7", "req_7"]


@pytest.mark.parametrize("get", [structlog.get_logger, logging.getLogger])
def test_secrets_do_not_reach_the_log(logs: Logging, get: Callable[[str], Any]):
    log = get("any")
    log.info("opened %s with %s", "db", Secret(WORD))
    log.info(f"authorization: Bearer {WORD}")
    try:
        raise RuntimeError(f"cannot connect to postgresql://app:{WORD}@db/app")
    except RuntimeError:
        log.exception("failed")

    assert len(logs.lines) == 3
    assert WORD not in logs.stream.getvalue()
    assert "RuntimeError: cannot connect to postgresql://app:[redacted]@db/app" in logs.lines[2]["exception"]


def test_secrets_in_fields_and_extras_do_not_reach_the_log(logs: Logging):
    nested = {"providers": [{"api_key": WORD, "headers": [("x", Secret(WORD))]}]}
    structlog.get_logger("a").info("settings", key=Secret(WORD), settings=nested)
    logging.getLogger("b").info("settings", extra={"settings": nested, "password": WORD})

    assert len(logs.lines) == 2
    assert WORD not in logs.stream.getvalue()


def test_contents_and_bodies_are_logged_at_debug_level_only(logs: Logging):
    logs.control.level = "debug"
    log = structlog.get_logger("a")
    log.info("call", messages=[{"content": WORD}], body=WORD)
    assert WORD not in logs.stream.getvalue()
    log.debug("call", messages=[{"content": WORD}])
    assert WORD in logs.stream.getvalue()


def test_an_exception_shows_no_values_of_variables(logs: Logging):
    def open_door(code: str) -> None:
        raise PermissionError("closed")

    try:
        open_door(WORD)
    except PermissionError as error:
        structlog.get_logger("a").error("one", exc_info=error)
        logging.getLogger("b").exception("two")

    assert WORD not in logs.stream.getvalue()
    assert all(line["exception"].startswith("PermissionError: closed\n  at ") for line in logs.lines)


def test_a_record_that_cannot_be_formatted_is_reported_without_its_arguments(logs: Logging):
    (ours,) = [one for one in logging.getLogger().handlers if type(one).__module__ == configure.__module__]
    ours.handle(logging.LogRecord("b", logging.INFO, __file__, 1, "%d", (WORD,), None))

    assert logs.events == ["A log line was lost: TypeError"]
    assert WORD not in logs.stream.getvalue()


def test_chatty_libraries_are_heard_from_warnings_on(logs: Logging):
    logs.control.level = "debug"
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("asyncio").debug("Using selector")
    logging.getLogger("httpx").warning("odd")

    assert logs.events == ["odd"]


def test_python_warnings_become_lines(logs: Logging):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)  # pytest put its own recorder in between
        warnings.warn("old way", stacklevel=1)

    assert logs.lines[-1]["logger"] == "py.warnings"
    assert "old way" in logs.events[-1]


def test_auto_is_pretty_on_a_terminal_and_json_elsewhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        control = configure("info", "auto", stream)
        structlog.get_logger("a").info("hello", x=1)
        control.close()

    assert "hello" in terminal.getvalue()
    assert "\x1b[" in terminal.getvalue()
    assert json.loads(pipe.getvalue())["event"] == "hello"


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    control = configure("info", "pretty", terminal)
    structlog.get_logger("a").info("hello")
    control.close()

    assert "\x1b[" not in terminal.getvalue()


def test_configuring_again_replaces_and_does_not_double(logs: Logging):
    second = io.StringIO()
    control = configure("info", "json", second)
    logging.getLogger("a").info("one")
    structlog.get_logger("a").info("two")
    control.close()

    assert logs.stream.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 2


def test_closing_puts_logging_back():
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    control = configure("debug", "json", io.StringIO())
    control.close()
    control.close()

    assert (root.level, list(root.handlers)) == before


def test_a_stream_that_is_gone_stops_nobody():
    stream = io.StringIO()
    control = configure("info", "json", stream)
    stream.close()
    structlog.get_logger("a").info("lost")
    logging.getLogger("b").info("lost")
    control.close()


def test_a_stream_that_knows_only_ascii_gets_escapes():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii", write_through=True)
    control = configure("info", "json", stream)
    structlog.get_logger("a").info("naïve …")
    control.close()

    assert json.loads(raw.getvalue().decode("ascii").replace("\\xef", "\\u00ef"))["event"] == "naïve …"


def test_lines_of_many_threads_do_not_mix(logs: Logging):
    def write(number: int) -> None:
        for _ in range(50):
            structlog.get_logger("a").info("line " + str(number) * 200)
            logging.getLogger("b").info("line " + str(number) * 200)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(logs.lines) == 400


def test_failed_and_cut_calls_are_warnings(logs: Logging):
    calls = CallLog(logs.control)
    calls.on_call(CALL)
    calls.on_call(msgspec.structs.replace(CALL, outcome="failed", status=504, error="provider_timeout"))
    calls.on_call(msgspec.structs.replace(CALL, outcome="cut"))

    assert [(line["level"], line["event"]) for line in logs.lines] == [
        ("warning", "call failed"),
        ("warning", "call cut"),
    ]
    assert logs.lines[0]["error"] == "provider_timeout"
    assert logs.lines[0]["request_id"] == "req_1"


def test_every_call_is_a_line_at_debug_level(logs: Logging):
    with logs.control.debug_for("req_1"):
        CallLog(logs.control).on_call(CALL)

    assert logs.events == ["call ok"]
