"""What every error has."""

from __future__ import annotations

from typing import ClassVar


class SwitchgearError(Exception):
    """An error with a message that is safe to show.

    ``message`` says what and where, ``hint`` what to do next. ``param`` names the request field at fault.
    ``retry_after`` is seconds. ``cause`` is for logs and is never shown to a client.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    openai_type: ClassVar[str] = "server_error"
    hint: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.advice = self.hint if hint is None else hint
        self.param = param
        self.retry_after = retry_after
        self.cause = cause

    def __str__(self) -> str:
        return self.message

    @property
    def told(self) -> str:
        """The message as a sentence, and after it what to do next."""
        message = self.message.strip()
        end = "" if message.endswith((".", "!", "?", "…", ":")) else "."
        return f"{message}{end} {self.advice}".strip()

    @classmethod
    def doc(cls) -> str:
        """The anchor of this error on the reference page."""
        return f"docs/reference/errors.md#{cls.code}"

    @property
    def http_status(self) -> int:
        """The status to answer with; an instance may be more exact than its class."""
        return self.status


class InternalError(SwitchgearError):
    """A defect in the gateway. The log has the details under the request id."""

    hint = "Report it with the request id; the log has the details."
