"""LiteLLM itself: loaded at the first need, on a thread, and sealed.

Importing it takes seconds and most of two hundred megabytes, so nothing of it is imported by name anywhere: this module finds
it when the first provider of its kind is called, or is compiled. Only what the rest of this package asks of it stands here.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from types import ModuleType
from typing import Any, Final, get_type_hints

from switchgear.core.errors import ProviderError

INSTALL: Final = "pip install 'switchgear[litellm]'"

_BEFORE_IMPORT: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_OFFLINE_MODE": "true",
    "LITELLM_MODE": "PRODUCTION",  # else it reads a .env file of the working folder into the environment
    "MAX_IMAGE_URL_DOWNLOAD_SIZE_MB": "0",  # it fetches no images: the gateway does, behind its guard
}
_SEEN_NAMES: Final = ("LITELLM_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")
_REMEMBERED: Final = 8192
"""Answers of its look-ups that are kept; they depend on a model's name and on the map, which does not change."""
_LOOKUPS: Final = (
    ("litellm.utils", "supports_factory"),
    ("litellm.utils", "get_model_info_helper"),
    ("litellm.utils", "_cached_get_model_info"),
    ("litellm.llms.bedrock.common_utils", "_bedrock_converse_model_flag"),
    ("litellm.llms.bedrock.common_utils", "get_bedrock_base_model"),
    ("litellm.llms.anthropic.common_utils", "AnthropicModelInfo._supports_model_capability"),
    ("litellm.llms.anthropic.common_utils", "AnthropicModelInfo._get_model_capability"),
)
_WARNING: Final = ".*is using the `ReadOnly` qualifier"
"""What pydantic says, once, of one of LiteLLM's types."""
_SEALED: Final = "__switchgear_seal__"


class NetworkRefusedError(RuntimeError):
    """LiteLLM wanted to open a connection of its own while it translated."""


def installed() -> bool:
    """Whether LiteLLM is there, without importing it."""
    return importlib.util.find_spec("litellm") is not None


class Engine:
    """LiteLLM for every provider of its kind. Making one costs nothing; ``load`` and ``ready`` import it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library: Library | None = None

    async def ready(self) -> Library:
        """LiteLLM, imported on a thread when it is not yet. Raises ProviderError when it cannot be."""
        if self._library is not None:
            return self._library
        return await asyncio.to_thread(self.load)

    def load(self) -> Library:
        """The same, on this thread."""
        with self._lock:
            if self._library is None:
                with _uncollected():
                    self._library = Library(_imported())
            return self._library


class Library:
    """LiteLLM as the rest of this package sees it. Every method may raise anything; ``translating`` is where that ends."""

    def __init__(self, litellm: ModuleType) -> None:
        self.litellm: Any = litellm
        self._seal: _Seal = getattr(litellm, _SEALED)
        self.utils: Any = importlib.import_module("litellm.utils")
        self.types: Any = importlib.import_module("litellm.types.utils")
        constants = importlib.import_module("litellm.constants")
        self.openai_fields: frozenset[str] = frozenset(constants.DEFAULT_CHAT_COMPLETION_PARAM_VALUES) - {"messages"}
        """The fields of a Chat Completions request that LiteLLM knows."""
        core = importlib.import_module("litellm.litellm_core_utils.core_helpers")
        self.finish_of: Callable[[str], str] = core.map_finish_reason

    def module(self, name: str) -> Any:
        """A module of LiteLLM, imported now if it is not yet."""
        found = importlib.import_module(name)
        self.seal()
        return found

    def seal(self) -> None:
        """Take the environment from modules that were loaded meanwhile: it loads many at their first use."""
        self._seal.close()

    def member(self, provider: str) -> Any:
        """The provider as LiteLLM's own enumeration has it."""
        return self.types.LlmProviders(provider)

    def chat_config(self, provider: str, model: str) -> Any:
        """LiteLLM's configuration for chats of a model, or None."""
        manager = self.utils.ProviderConfigManager
        return manager.get_provider_chat_config(model=model, provider=self.member(provider))

    def supported(self, provider: str, model: str) -> frozenset[str]:
        """The fields of Chat Completions that a model takes."""
        found = self.litellm.get_supported_openai_params(model=model, custom_llm_provider=provider)
        if found is None:
            found = self.litellm.get_supported_openai_params(model=model, custom_llm_provider="openai")
        return frozenset(found or ())

    def place(self, provider: str, model: str, base_url: str | None, api_key: str) -> tuple[str, str | None, str]:
        """The model's name there, the base URL, and the key: the given ones, or what LiteLLM says of the provider."""
        name, _, key, base = self.litellm.get_llm_provider(
            model=f"{provider}/{model}", api_base=base_url, api_key=api_key
        )
        return name, base or base_url, key if isinstance(key, str) and key else api_key

    @contextmanager
    def own_transport(self) -> Iterator[None]:
        """Inside, LiteLLM may open connections of its own."""
        token = self._seal.may_connect.set(True)
        try:
            yield
        finally:
            self._seal.may_connect.reset(token)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Around an import that makes a quarter of a million objects, all of which stay.

    The collector would look at them again and again meanwhile, and hold up the event loop's thread for that.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


def _imported() -> ModuleType:
    os.environ.update(_BEFORE_IMPORT)
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        silent = logging.getLogger(name)
        silent.setLevel(logging.CRITICAL + 1)
        silent.propagate = False
    warnings.filterwarnings("ignore", message=_WARNING)
    try:
        litellm = importlib.import_module("litellm")
        _leave_other_loggers()
        if not hasattr(litellm, _SEALED):
            setattr(litellm, _SEALED, _Seal(litellm))
    except (ImportError, AttributeError) as error:
        raise ProviderError(
            "LiteLLM cannot be loaded, or is not the version that this gateway was built for.",
            hint=f"Install it with: {INSTALL}", cause=str(error),
        ) from error  # fmt: skip
    return litellm


def _leave_other_loggers() -> None:
    """Take LiteLLM's filters off loggers that are not its own: they would change the lines of the whole process."""
    for known in [logging.getLogger(), *logging.getLogger().manager.loggerDict.values()]:
        if isinstance(known, logging.Logger) and not known.name.startswith("LiteLLM"):
            for each in [*known.filters]:
                if type(each).__module__.startswith("litellm"):
                    known.removeFilter(each)


class _Seal:
    """What keeps LiteLLM to translating.

    Its environment is empty but for its own switches and the proxies: the process's holds keys of other providers, and a
    provider is called with what its settings name and with nothing else. Its HTTP clients refuse unless ``may_connect``.
    It keeps no log and counts no tokens, and the look-ups it would do again for every call are remembered.
    """

    def __init__(self, litellm: Any) -> None:
        self.may_connect: ContextVar[bool] = ContextVar("may_connect", default=False)
        self._seen = 0
        self._replaced: dict[str, tuple[object, object]] = {
            "os": (os, _WithoutEnvironment()),
            "token_counter": (importlib.import_module("litellm.utils").token_counter, _count_nothing),
            "get_type_hints": (get_type_hints, _remembering(get_type_hints)),  # evaluated again for every message
        }
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        litellm.drop_params = True
        litellm.modify_params = False
        for module, path in _LOOKUPS:
            _remember(importlib.import_module(module), path)
        self._refuse_connections()
        self.close()

    def close(self) -> None:
        """Seal the modules that were loaded since the last time."""
        if len(sys.modules) == self._seen:
            return
        self._seen = len(sys.modules)
        for name, module in list(sys.modules.items()):
            if name == "litellm" or name.startswith("litellm."):
                for attribute, (original, replaced) in self._replaced.items():
                    if module.__dict__.get(attribute) is original:
                        setattr(module, attribute, replaced)

    def _refuse_connections(self) -> None:
        handlers = importlib.import_module("litellm.llms.custom_httpx.http_handler")
        for kind in (handlers.HTTPHandler, handlers.AsyncHTTPHandler):
            for method in ("get", "post", "put", "patch", "delete"):
                setattr(kind, method, self._guarded(getattr(kind, method)))

    def _guarded(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **named: Any) -> Any:
            if not self.may_connect.get():
                raise NetworkRefusedError("LiteLLM may not open connections while it translates")
            return method(*args, **named)

        return guarded


def _count_nothing(*given: object, **named: object) -> int:  # noqa: ARG001 - in the place of LiteLLM's
    """In the place of LiteLLM's token counter, which may ask a hub for a tokenizer. What is not told is counted elsewhere."""
    return 0


class _WithoutEnvironment(ModuleType):
    """``os`` without the environment."""

    def __init__(self) -> None:
        super().__init__("os")
        self.environ = {name: value for name, value in os.environ.items() if name.upper().startswith(_SEEN_NAMES)}
        self.getenv = self.environ.get

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def _remember(module: ModuleType, path: str) -> None:
    """Put a look-up that remembers in the place of one of LiteLLM's. Raises AttributeError when there is none."""
    holder: Any = module
    *parents, name = path.split(".")
    for parent in parents:
        holder = getattr(holder, parent)
    found = getattr(holder, name)
    remembering = _remembering(found)
    setattr(holder, name, staticmethod(remembering) if parents else remembering)


def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    @lru_cache(maxsize=_REMEMBERED)
    def ask(*args: Any, **named: Any) -> tuple[Any, Exception | None]:
        try:
            return function(*args, **named), None
        except Exception as error:  # noqa: BLE001 - what it raises is its answer, too, and is raised each time
            return None, error.with_traceback(None)

    def remembering(*args: Any, **named: Any) -> Any:
        answer, error = ask(*args, **named)
        if error is not None:
            raise error
        return dict(answer) if isinstance(answer, dict) else answer  # its callers add to what they get

    return remembering
