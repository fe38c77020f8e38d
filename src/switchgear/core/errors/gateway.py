"""The gateway cannot serve now: 5xx."""

from __future__ import annotations

from switchgear.core.errors.base import SwitchgearError


class GatewayError(SwitchgearError):
    """The gateway cannot serve this now; a later try may succeed."""

    code = "service_unavailable"
    status = 503
    retryable = True
    hint = "Try again; GET /readyz says what is not ready."


class ModelUnavailable(GatewayError):
    """The embedded model is starting, restarting or failed."""

    code = "model_unavailable"


class DeploymentsResting(GatewayError):
    """Every deployment of the model is spared for now, after errors or because its provider said when to come back."""

    code = "deployments_resting"
    hint = "Wait for retry-after, or add another deployment or a fallback to the model; switchgear providers health says more."


class Overloaded(GatewayError):
    """As many calls as may are under way at a deployment, and as many as may are waiting."""

    code = "overloaded"
    hint = "Wait for retry-after; a higher concurrency or a longer queue on the deployment lets more in."


class StoreUnavailable(GatewayError):
    """The database cannot be read or written now."""

    code = "store_unavailable"
    hint = "See switchgear doctor; the log says what the database answered."


class AuthorizationServerUnavailable(GatewayError):
    """An access token cannot be judged: who gave it does not answer, or not as it should."""

    code = "authorization_server_unavailable"
    hint = "Try again; the log says what the authorization server answered."


class StateUnavailable(GatewayError):
    """The shared state does not answer, and on_loss = "refuse" lets no call through without it."""

    code = "state_unavailable"
    hint = 'Try again; with on_loss = "local" under [state] calls go on under limits of each process.'


class ShuttingDown(GatewayError):
    """The gateway is stopping: it takes no new calls, and ends those that take too long."""

    code = "shutting_down"


class LimitsUndefined(GatewayError):
    """A key, team, user or model names limits that nobody defines; what was meant to be limited is not served unlimited."""

    code = "limits_undefined"
    hint = "An admin can define the limits, or name others: switchgear limits list shows those there are."


class WorkersFailed(GatewayError):
    """The workers of a gateway cannot be kept running, or their supervisor does not answer."""

    code = "workers_failed"
    hint = "The log says why they ended."


class NotCached(GatewayError):
    """Only a kept answer was wanted, and there is none (RFC 9111, section 5.2.1.7)."""

    code = "not_cached"
    status = 504
    hint = "Send it without only-if-cached."
