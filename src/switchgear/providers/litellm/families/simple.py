"""Families that differ in one or two things: an address, a token, a framing."""

from __future__ import annotations

from typing import Any

from switchgear.providers.litellm import thoughts
from switchgear.providers.litellm.answers import Parse
from switchgear.providers.litellm.chat import NO_KEY, Asked, ConfigChat, Json, NotTranslatableError
from switchgear.providers.litellm.framing import Lines
from switchgear.providers.litellm.login import WatsonXLogin
from switchgear.providers.litellm.places import is_label
from switchgear.providers.litellm.tokens import ClientGrant, Tokens


class Anthropic(ConfigChat):
    """Anthropic's Messages. The configuration has no address and no iterator of its own."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._handler = self.library.module("litellm.llms.anthropic.chat.handler")

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the same for every call
        """The base URL and the one path."""
        base = (self.base or "https://api.anthropic.com").rstrip("/")
        return base if base.endswith("/messages") else f"{base.removesuffix('/v1')}/v1/messages"

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """With the thoughts that come back put where LiteLLM looks for them."""
        thoughts.recall(messages)
        optional.pop("stream", None)
        return super().document(messages, optional, headers)

    def parser(self, asked: Asked) -> Parse:
        """The handler's."""
        iterator = self._handler.ModelResponseIterator(
            streaming_response=None, sync_stream=True, json_mode=asked.json_mode
        )
        parse: Parse = iterator.chunk_parser
        return parse


class OpenAIForm(ConfigChat):
    """An API in OpenAI's form, of whose answers LiteLLM's objects would lose what is reasoning."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.passes = self.passes_stream = True


class OllamaChat(ConfigChat):
    """Ollama, whose streams are lines."""

    framing = Lines


class Cloudflare(ConfigChat):
    """Workers AI: the account is part of the address."""

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The account's own address, when no other is set."""
        account = self.settings.text("account_id", "cloudflare_account_id")
        if self.settings.base_url is None and not account:
            raise NotTranslatableError("params.account_id must be set")
        if account and not is_label(account):
            raise NotTranslatableError("params.account_id must be an account's id")
        base = self.settings.base_url or f"https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1"
        return model, base, self.key


class Snowflake(ConfigChat):
    """Cortex: the account is part of the address, which LiteLLM takes from the optional parameters."""

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The account's own address, when no other is set."""
        account = self.settings.text("account_id", "snowflake_account_id")
        if self.settings.base_url is None and not account:
            raise NotTranslatableError("params.account_id must be set")
        if account and not is_label(account, dots=True):
            raise NotTranslatableError("params.account_id must be an account's id")
        return model, self.settings.base_url or f"https://{account}.snowflakecomputing.com/api/v2", self.key

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """Claude's in Anthropic's form, the others' in OpenAI's."""
        if "claude" in self.model:
            thoughts.recall(messages)
        return super().document(messages, optional, headers)


class HuggingFace(ConfigChat):
    """The router of inference providers, ``PROVIDER/ORGANISATION/MODEL``; LiteLLM would ask the hub for the mapping."""

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The router, which maps names itself."""
        return model, self.settings.base_url or "https://router.huggingface.co/v1", self.key

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the same for every call
        """The router's one path."""
        base = (self.base or "").rstrip("/")
        return base if base.endswith("/chat/completions") else f"{base}/chat/completions"

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:  # noqa: ARG002 - the base's
        """OpenAI's own form; ``MODEL:PROVIDER`` is how the router is told who serves."""
        provider, _, rest = self.model.partition("/")
        name = f"{rest}:{provider}" if "/" in rest else self.model
        return {"model": name, "messages": messages, **optional}


class WatsonX(ConfigChat):
    """IBM's watsonx.ai: a token for the key, and the project in the body."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._common = self.library.module("litellm.llms.watsonx.common_utils")
        self._login = WatsonXLogin(self.settings, self.hosts)

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The region's address."""
        region = self.settings.text("watsonx_region_name", "region_name")
        if region and not is_label(region):
            raise NotTranslatableError("params.region_name must be the name of a region, like us-south")
        base = self.settings.base_url or (f"https://{region}.ml.cloud.ibm.com" if region else None)
        if base is None:
            raise NotTranslatableError("base_url or params.region_name must be set")
        return model, base, self.key

    async def credentials(self) -> str:
        """A token for the key."""
        return await self._login.header() or NO_KEY

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:  # noqa: ARG002 - the base's
        """The token."""
        return {"content-type": "application/json", "accept": "application/json", "authorization": key}

    def url(self, optional: Json, *, key: str, stream: bool) -> str:
        """Dated by ``api_version``."""
        if version := self.settings.text("api_version"):
            optional["api_version"] = version
        return super().url(optional, key=key, stream=stream)

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """With the project or the space."""
        params = self._common.get_api_params(params=dict(self._login.places), model=self.model)
        optional.update(self.config.prepare_payload(model=self.model, api_params=params))
        optional.pop("stream", None)
        document = super().document(messages, optional, headers)
        if self.model.startswith("deployment/"):
            document.pop("model", None)
        else:
            document["model"] = self.model
        return document


class Databricks(ConfigChat):
    """Databricks' serving endpoints, with a token of one's own or a service principal's."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        client, secret = self.settings.text("client_id"), self.settings.secret("client_secret")
        self._tokens: Tokens | None = None
        if client and secret:
            root = (self.base or "").rstrip("/").removesuffix("/serving-endpoints")
            grant = ClientGrant(f"{root}/oidc/v1/token", (client, secret), {"scope": "all-apis"})
            self._tokens = Tokens(self.hosts, grant)

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The workspace's endpoints."""
        if self.settings.base_url is None:
            raise NotTranslatableError("base_url must be set")
        return model, self.settings.base_url.rstrip("/"), self.key

    async def credentials(self) -> str:
        """The key, or the principal's token."""
        return await self._tokens.get() if self._tokens else self.key

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:  # noqa: ARG002 - the base's
        """A bearer token."""
        return {"content-type": "application/json", "authorization": f"Bearer {key}"}


class AzureAI(ConfigChat):
    """Azure AI Foundry: whatever is not OpenAI's."""

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The endpoint."""
        if self.settings.base_url is None:
            raise NotTranslatableError("base_url must be set")
        return model, self.settings.base_url, self.key
