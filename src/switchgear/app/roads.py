"""The data plane: which path is answered by what."""

from __future__ import annotations

from switchgear.app.gateway import Gateway
from switchgear.core.ids import RequestIds
from switchgear.edge.anthropic.counting import CountTokens
from switchgear.edge.anthropic.models import AnthropicModels
from switchgear.edge.anthropic.wire import AnthropicWire
from switchgear.edge.calls import CallEndpoint
from switchgear.edge.exchange import Endpoint
from switchgear.edge.feedback import FeedbackEndpoint
from switchgear.edge.health import Health
from switchgear.edge.mcp.authorization import METADATA, Protection
from switchgear.edge.mcp.door import Door
from switchgear.edge.mcp.endpoint import PATH, McpEndpoint
from switchgear.edge.oauth_callback import OAuthPages
from switchgear.edge.openai.batches import BatchesEndpoint
from switchgear.edge.openai.files import FilesEndpoint
from switchgear.edge.openai.models import ModelList
from switchgear.edge.openai.responses import ResponsesEndpoint
from switchgear.edge.openai.responses_kept import KeptResponsesEndpoint
from switchgear.edge.openai.uploads import UploadLimits, media_endpoints
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.plugins.oauth.clients import CALLBACK, DOCUMENT
from switchgear.providers.base import Operation


def endpoints(gateway: Gateway) -> dict[str, Endpoint]:
    """The data plane: paths answered on the direct road."""
    limits = gateway.settings.server
    ids = RequestIds()
    health = Health(gateway.host.readiness, gateway.host.render_metrics, ids, lambda: gateway.settings.server)
    models = ModelList(gateway.keyring, gateway.directory)
    sizes = (limits.max_body_bytes, limits.body_timeout)
    road: dict[str, Endpoint] = {
        f"/v1/{operation.value}": CallEndpoint(gateway.calls, operation, OpenAIWire(), *sizes)
        for operation in (Operation.CHAT, Operation.COMPLETION, Operation.EMBEDDING)
    }
    uploads = UploadLimits(limits.max_upload_bytes, *sizes, gateway.options.data_dir)
    road |= media_endpoints(gateway.calls, uploads)
    road["/v1/files"] = road["/v1/files/*"] = FilesEndpoint(gateway.calls, gateway.files, uploads)
    road["/v1/batches"] = road["/v1/batches/*"] = BatchesEndpoint(gateway.calls, gateway.orders, limits.body_timeout)
    responses, background = gateway.store.responses, gateway.background
    conversations = gateway.conversations
    road["/v1/responses"] = ResponsesEndpoint(gateway.calls, (conversations, background), *sizes)
    road["/v1/responses/*"] = KeptResponsesEndpoint(
        gateway.calls, gateway.capacity, (responses, conversations, background), *sizes
    )
    road["/v1/messages"] = CallEndpoint(gateway.calls, Operation.MESSAGES, AnthropicWire(), *sizes)
    road["/v1/messages/count_tokens"] = CountTokens(gateway.calls, gateway.capacity, *sizes)
    road["/v1/feedback"] = FeedbackEndpoint(gateway.calls, gateway.auto.feedback, limits.body_timeout)
    road["/v1/models"] = road["/v1/*"] = AnthropicModels(gateway.keyring, gateway.directory, models)
    protection = Protection(
        gateway.keyring, lambda: gateway.settings, lambda name: gateway.resolver().resolve(name), ids
    )
    door = Door(protection, lambda: gateway.settings.server)
    road[PATH] = road[f"{PATH}/*"] = McpEndpoint(door, gateway.mcp.front, gateway.plugins.host, sizes)
    road[METADATA] = road["/.well-known/*"] = protection.describe
    pages = OAuthPages(
        gateway.plugins.logins, gateway.plugins.signed_in, gateway.store.plugins, gateway.store.audit, ids
    )
    road[CALLBACK], road[DOCUMENT] = pages.callback, pages.document
    road["/healthz"], road["/readyz"], road["/metrics"] = health.healthz, health.readyz, health.metrics
    return road
