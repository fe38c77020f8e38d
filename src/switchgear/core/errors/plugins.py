"""Plugins: what is wrong with one, or with what it is asked to do."""

from __future__ import annotations

from switchgear.core.errors.base import SwitchgearError


class PluginError(SwitchgearError):
    """A plugin cannot be used as it is."""

    code = "plugin_error"
    status = 400
    openai_type = "invalid_request_error"
    hint = "switchgear plugin list shows every plugin and its state."


class InvalidBundle(PluginError):
    """The file is no bundle, or one that is not safe to unpack."""

    code = "invalid_bundle"
    hint = "Get the bundle anew from its publisher, or make it with: switchgear plugin pack"


class InvalidManifest(PluginError):
    """The manifest of a bundle says something that makes no sense. ``param`` is the place in it."""

    code = "invalid_manifest"
    hint = "Correct manifest.json and pack the bundle again."


class InvalidApiDocument(PluginError):
    """A document is no description of an API in OpenAPI 3, or nothing in it can be called. ``param`` is the place, a JSON pointer."""

    code = "invalid_api_document"
    hint = "Correct the document at the places that are named, or ask its publisher to."


class InvalidSettings(PluginError):
    """What was filled in for a plugin does not fit its settings."""

    code = "invalid_plugin_settings"
    hint = "Correct what is named here; the plugin is as it was."


class InvalidSignature(PluginError):
    """A signature does not belong to what it stands beside: something was changed after signing."""

    code = "invalid_signature"
    status = 403
    hint = "Do not install it. Get the bundle anew from its publisher."


class UntrustedBundle(PluginError):
    """Nobody who is trusted vouches for the bundle."""

    code = "untrusted_bundle"
    status = 403
    hint = "Trust its publisher's key with: switchgear plugin trust add KEY"


class DowngradeRefused(PluginError):
    """The bundle is older than what was installed before, or another one under the same version."""

    code = "downgrade_refused"
    status = 409
    hint = "Old versions may have known holes. Say --downgrade if it is meant."


class DependencyConflict(PluginError):
    """No set of versions satisfies everything that plugins need of each other."""

    code = "dependency_conflict"
    status = 409
    hint = "Install or upgrade what is named here first, or choose another version."


class ReviewOutdated(PluginError):
    """What a person accepted is not what the plugin offers any more."""

    code = "review_outdated"
    status = 409
    hint = "Look at the differences again, and accept those: switchgear plugin review NAME"


class ApprovalNotPending(PluginError):
    """The approval was decided on before, or nobody decided in time."""

    code = "approval_not_pending"
    status = 409
    hint = "switchgear plugin approvals shows what waits for a decision."


class InvalidSource(PluginError):
    """What is to be installed is named in a way that means nothing, or nothing that can be installed is there."""

    code = "invalid_plugin_source"
    hint = "Name a folder, FILE.mcpb, pypi:NAME, npm:NAME, https://URL of a remote server, registry:NAME, or a server.json."


class PluginNotInstalled(PluginError):
    """What a plugin needs cannot be had: a package, a runtime, a version of them, or this kind of machine."""

    code = "plugin_not_installed"
    status = 422
    hint = "Nothing was changed. Correct what is named here and install it again."


# ------------------------------------------------------------ while one runs


class PluginFailed(PluginError):
    """A plugin could not do what was asked. ``plugin`` is its name."""

    code = "plugin_failed"
    status = 502
    retryable = True
    openai_type = "api_error"
    hint = "See what it wrote: switchgear plugin logs NAME"

    def __init__(
        self,
        message: str,
        *,
        plugin: str = "",
        hint: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, param=param, retry_after=retry_after, cause=cause)
        self.plugin = plugin
        if plugin and hint is None:
            self.advice = self.advice.replace("NAME", plugin)


class ToolServerError(PluginFailed):
    """The tool server answered with a JSON-RPC error, which is carried as it came.

    ``rpc_code`` and ``rpc_message`` are its code and message, ``rpc_data`` the JSON of its data, empty when it has none.
    """

    code = "tool_server_error"
    retryable = False
    hint = "The message is the plugin's own; correct what it names."

    def __init__(
        self,
        message: str,
        *,
        plugin: str = "",
        param: str | None = None,
        rpc_code: int = -32603,
        rpc_message: str = "",
        rpc_data: bytes = b"",
    ) -> None:
        super().__init__(message, plugin=plugin, param=param)
        self.rpc_code = rpc_code
        self.rpc_message = rpc_message
        self.rpc_data = rpc_data


class ToolTimedOut(PluginFailed):
    """A call of a plugin took longer than its time limit."""

    code = "tool_timed_out"
    status = 504
    hint = "Try again, or raise the plugin's limit of seconds."


class ServerGone(PluginFailed):
    """The plugin's process ended, or its connection closed, before it answered."""

    code = "plugin_gone"
    hint = "Try again, it is started anew; what it wrote last: switchgear plugin logs NAME"


class ToolAnswerTooLarge(PluginFailed):
    """A plugin's answer has more bytes than its limit."""

    code = "tool_answer_too_large"
    retryable = False
    hint = "Ask for less, or raise the plugin's limit of response_bytes."


class ToolAnswerInvalid(PluginFailed):
    """What a plugin sent is not an answer in the Model Context Protocol."""

    code = "tool_answer_invalid"
    retryable = False
    hint = "Look at its frames: switchgear plugin inspect NAME"


class PluginBusy(PluginFailed):
    """A plugin has as many calls at once as it may, and as many waiting."""

    code = "plugin_busy"
    status = 503
    hint = "Try again, or raise the plugin's limit of concurrency."


class PluginUnavailable(PluginFailed):
    """A plugin does not run: it could not be started, or it failed too often in a row."""

    code = "plugin_unavailable"
    status = 503
    hint = "See why: switchgear plugin logs NAME. When that is mended: switchgear plugin enable NAME"


class PluginUnauthorized(PluginFailed):
    """A remote plugin does not accept our authorization. ``challenge`` is its WWW-Authenticate field (RFC 9110 section 11.6.1)."""

    code = "plugin_unauthorized"
    retryable = False
    hint = "Sign in to it again: switchgear plugin login NAME"

    def __init__(
        self,
        message: str,
        *,
        plugin: str = "",
        param: str | None = None,
        upstream_status: int = 401,
        challenge: str = "",
    ) -> None:
        super().__init__(message, plugin=plugin, param=param)
        self.upstream_status = upstream_status
        self.challenge = challenge


class PluginLoginFailed(PluginFailed):
    """Signing in to a remote plugin did not work: it, or who signs people in for it, does not do what OAuth 2.1 asks.

    ``oauth_error`` is the error code that its authorization server gave (RFC 6749 section 5.2), if it gave one.
    """

    code = "plugin_login_failed"
    retryable = False
    hint = "When that is mended: switchgear plugin login NAME"

    def __init__(
        self,
        message: str,
        *,
        plugin: str = "",
        hint: str | None = None,
        param: str | None = None,
        oauth_error: str = "",
    ) -> None:
        super().__init__(message, plugin=plugin, hint=hint, param=param)
        self.oauth_error = oauth_error


class PluginLoginRefused(PluginError):
    """What came back from signing in belongs to nothing that was begun here, or was used already."""

    code = "plugin_login_refused"
    hint = "Begin again: switchgear plugin login NAME"


class PluginQuarantined(PluginFailed):
    """A plugin says something else of its tools than what was accepted, and is not used until that was reviewed."""

    code = "plugin_quarantined"
    status = 403
    retryable = False
    openai_type = "invalid_request_error"
    hint = "An operator sees what changed, and accepts it or not: switchgear plugin review NAME"


# ------------------------------------------------------------ what a person decides


class ApprovalNeeded(PluginError):
    """A person has to approve the call before it is made. ``approval`` is the id of what waits for that."""

    code = "approval_needed"
    status = 403
    retryable = True
    hint = "Call again with the same arguments once it is approved."

    def __init__(self, message: str, *, approval: str = "", hint: str | None = None, param: str | None = None) -> None:
        super().__init__(message, hint=hint, param=param)
        self.approval = approval


class ApprovalDenied(PluginError):
    """A person decided that the call is not made. ``approval`` is the id of the decision."""

    code = "approval_denied"
    status = 403
    hint = "Do not repeat it; ask whoever decided."

    def __init__(self, message: str, *, approval: str = "", hint: str | None = None, param: str | None = None) -> None:
        super().__init__(message, hint=hint, param=param)
        self.approval = approval


class TooManyApprovals(PluginError):
    """A key has as many calls waiting for a person as it may."""

    code = "too_many_approvals"
    status = 429
    retryable = True
    hint = "Wait until some of them are decided: switchgear plugin approvals"


# ------------------------------------------------------------ what holds it


class SandboxUnavailable(PluginFailed):
    """This machine lacks a layer of the sandbox that the operator has not accepted to be without."""

    code = "sandbox_unavailable"
    status = 503
    retryable = False
    hint = "switchgear doctor says how to get it; sandbox.accept under [plugins] names layers to do without."


class PluginNotStarted(PluginFailed):
    """The plugin's process cannot be started as it is set up."""

    code = "plugin_not_started"
    status = 503
    retryable = False
    hint = "Correct what is named here, and enable the plugin again: switchgear plugin enable NAME"
