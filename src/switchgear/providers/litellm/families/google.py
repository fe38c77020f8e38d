"""Google: Gemini at AI Studio and on Vertex AI, and the models of others that Vertex AI serves."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from switchgear.providers.litellm import thoughts
from switchgear.providers.litellm.answers import Parse
from switchgear.providers.litellm.chat import NO_KEY, Asked, ConfigChat, Json, NotTranslatableError, Silent
from switchgear.providers.litellm.families.simple import Anthropic
from switchgear.providers.litellm.places import is_label, is_project
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.tokens import GoogleGrant, Tokens

_JSON: Final = {"content-type": "application/json"}
_GLOBAL: Final = "global"
_DEFAULT_LOCATION: Final = "us-central1"


def named(model: str) -> str:
    """A model's name in a path."""
    return quote(model, safe="@/")


class Gemini(ConfigChat):
    """generateContent, with a key of AI Studio."""

    kind = "gemini"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._write = self.library.module("litellm.llms.vertex_ai.gemini.transformation").transform_request_body
        self._reader = self.library.module(
            "litellm.llms.vertex_ai.gemini.vertex_and_google_ai_studio_gemini"
        ).ModelResponseIterator

    def place(self, model: str) -> tuple[str, str | None, str]:
        """AI Studio."""
        return model, self.settings.base_url or "https://generativelanguage.googleapis.com/v1beta", self.key

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the base's
        """The model's path."""
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"{(self.base or '').rstrip('/')}/models/{named(self.model)}:{method}"

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:  # noqa: ARG002 - the base's
        """The key."""
        return {**_JSON, "x-goog-api-key": key}

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:  # noqa: ARG002 - the base's
        """LiteLLM's translation for both of Google's addresses."""
        thoughts.recall(messages)
        optional.pop("stream", None)
        found: Json = self._write(
            messages=messages, model=self.model, optional_params=optional, custom_llm_provider=self.kind,
            litellm_params=dict(self.account), cached_content=optional.pop("cached_content", None),
        )  # fmt: skip
        return found

    def finish_document(self, document: Json, *, stream: bool) -> Json:  # noqa: ARG002 - the path says it
        """As it is."""
        return document

    def parser(self, asked: Asked) -> Parse:
        """The iterator's, which looks at what was asked for; after the first event only for events that say more than text."""
        parse: Parse = self._reader(
            streaming_response=None, sync_stream=True, logging_obj=Silent(asked.optional)
        ).chunk_parser
        begun = False

        def quick(event: Json) -> Any:
            nonlocal begun
            plain = _only_text(event) if begun else None
            begun = True
            return parse(event) if plain is None else plain

        return quick


def _only_text(event: Json) -> Json | None:
    """LiteLLM's plain chunk for an event of one candidate that is nothing but text; None for any other.

    Usage is told in each event, and counts in the last, which has a reason for the end.
    """
    candidates: list[Json] = event.get("candidates") or []
    if len(candidates) != 1 or not _PLAIN_CANDIDATE.issuperset(candidates[0]) or candidates[0].get("index"):
        return None
    text = thought = ""
    parts: list[Json] = (candidates[0].get("content") or {}).get("parts") or []
    for part in parts:
        if not _PLAIN_PART.issuperset(part) or not isinstance(part.get("text"), str):
            return None
        if part.get("thought"):
            thought += part["text"]
        else:
            text += part["text"]
    return {"text": text, "reasoning": thought}


_PLAIN_CANDIDATE: Final = frozenset({"content", "index"})
_PLAIN_PART: Final = frozenset({"text", "thought"})


class _Vertex(ConfigChat):
    """A project of Vertex AI: where it is, and its token."""

    location = ""
    project = ""

    def place(self, model: str) -> tuple[str, str | None, str]:
        """The location's address and the project's path in it; the token when a model is called."""
        grant, self._tokens, self._ready = None, None, self.key
        if (document := self.settings.secret("vertex_credentials", "vertex_ai_credentials")) is not None:
            try:
                grant = GoogleGrant(document)
            except ValueError as error:
                raise NotTranslatableError(str(error)) from error
            self._tokens = Tokens(self.hosts, grant)
        elif self.key == NO_KEY:
            raise NotTranslatableError("params.vertex_credentials, or an access token as api_key, must be set")
        self.project = self.settings.text("vertex_project", "vertex_ai_project") or (grant.project if grant else "")
        if not self.project:
            raise NotTranslatableError("params.vertex_project must be set")
        wished = self.settings.text("vertex_location", "vertex_ai_location") or None
        base = self.library.module("litellm.llms.vertex_ai.vertex_llm_base").VertexBase
        self.location = base.get_vertex_region(wished, model) or _DEFAULT_LOCATION
        if not is_label(self.location):
            raise NotTranslatableError("params.vertex_location must be the name of a location, like us-central1")
        if not is_project(self.project):
            raise NotTranslatableError("params.vertex_project must be a project's id")
        host = "aiplatform" if self.location == _GLOBAL else f"{self.location}-aiplatform"
        root = (self.settings.base_url or f"https://{host}.googleapis.com").rstrip("/")
        return model, f"{root}/v1/projects/{self.project}/locations/{self.location}", self.key

    async def credentials(self) -> str:
        """A token that is valid now."""
        return await self._tokens.get() if self._tokens else self._ready


class VertexGemini(_Vertex, Gemini):
    """generateContent on Vertex AI."""

    kind = "vertex_ai"

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the base's
        """The model's path, or that of an endpoint with a tuned one."""
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        name = self.config.get_model_for_vertex_ai_url(model=self.model)
        place = f"endpoints/{name}" if name.isdigit() else f"publishers/google/models/{named(name)}"
        return f"{self.base}/{place}:{method}"

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:  # noqa: ARG002 - the base's
        """The token."""
        return {**_JSON, "authorization": f"Bearer {key}"}


class VertexClaude(_Vertex, Anthropic):
    """Anthropic's Messages on Vertex AI."""

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the base's
        """The model's path."""
        method = "streamRawPredict" if stream else "rawPredict"
        return f"{self.base}/publishers/anthropic/models/{named(self.model)}:{method}"

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:
        """The token, and the features that are asked for."""
        given = {"Authorization": f"Bearer {key}"}
        found = self.config.validate_environment(
            headers=given, model=self.model, messages=messages, litellm_params=dict(self.account), api_key=key,
            optional_params={**optional, "is_vertex_request": True}, api_base=self.base,
        )  # fmt: skip
        return {name: value for name, value in found.items() if name.lower() != "x-api-key"}

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """With the API's version in the body."""
        optional |= {"anthropic_version": "vertex-2023-10-16", "is_vertex_request": True}
        document = super().document(messages, optional, headers)
        document.pop("is_vertex_request", None)
        return document


class VertexOpen(_Vertex):
    """Models on Vertex AI that take OpenAI's own form."""

    def url(self, optional: Json, *, key: str, stream: bool) -> str:  # noqa: ARG002 - the base's
        """One path for all, or the publisher's."""
        method = "streamRawPredict" if stream else "rawPredict"
        if "mistral" in self.model or "codestral" in self.model:
            return f"{self.base}/publishers/mistralai/models/{named(self.model)}:{method}"
        if "jamba" in self.model:
            return f"{self.base}/publishers/ai21/models/{named(self.model)}:{method}"
        return f"{self.base}/endpoints/openapi/chat/completions"

    def headers(self, messages: list[Json], optional: Json, key: str) -> dict[str, str]:  # noqa: ARG002 - the base's
        """The token."""
        return {**_JSON, "authorization": f"Bearer {key}"}

    def document(self, messages: list[Json], optional: Json, headers: dict[str, str]) -> Json:
        """The model's name without the version that its path has."""
        document = super().document(messages, optional, headers)
        return {**document, "model": self.model.partition("@")[0]}


def vertex(library: Any, settings: LiteLLMSettings, model: str) -> type[ConfigChat]:
    """The family of one of Vertex AI's models. Raises NotTranslatableError."""
    common = library.module("litellm.llms.vertex_ai.common_utils")
    route = common.get_vertex_ai_model_route(model=model, litellm_params=settings.plain()).name
    if route == "GEMINI":
        return VertexGemini
    if route == "PARTNER_MODELS":
        return VertexClaude if "claude" in model else VertexOpen
    raise NotTranslatableError(
        f"LiteLLM's translation for Vertex AI's {route.lower()} models needs its own HTTP client"
    )
