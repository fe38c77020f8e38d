"""The commented file that ``switchgear init`` writes: every setting with its default, and one model that works."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from switchgear.config.batches import BatchSettings
from switchgear.config.cache import CacheSettings
from switchgear.config.console import ConsoleSettings
from switchgear.config.conversations import ConversationSettings
from switchgear.config.health import HealthSettings
from switchgear.config.limits import LimitSettings
from switchgear.config.mcp import McpSettings
from switchgear.config.plugins import PluginSettings
from switchgear.config.providers import DEFAULT_KIND, KINDS, OpenAIProviderSettings
from switchgear.config.routes import RetryDefaults
from switchgear.config.schema import (
    EMBEDDED_MODEL,
    LOCAL_PROVIDER,
    LocalSettings,
    LogSettings,
    ObserveSettings,
    ResponsesSettings,
    ServerSettings,
    StoreSettings,
    VisionSettings,
)
from switchgear.config.sign_in import SignInSettings
from switchgear.config.state import StateSettings

_WIDTH: Final = 110
_SECTIONS: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("server", ServerSettings),
    ("store", StoreSettings),
    ("state", StateSettings),
    ("log", LogSettings),
    ("observe", ObserveSettings),
    ("local", LocalSettings),
    ("vision", VisionSettings),
    ("responses", ResponsesSettings),
    ("conversations", ConversationSettings),
    ("cache", CacheSettings),
    ("batches", BatchSettings),
    ("plugins", PluginSettings),
    ("mcp", McpSettings),
    ("sign_in", SignInSettings),
    ("console", ConsoleSettings),
    ("retry", RetryDefaults),
    ("health", HealthSettings),
)
_OF_OTHER_KINDS: Final = ("kind", "litellm_provider", "base_url", "api_version", "api_key", "params")
"""What is shown of the kinds of providers after the first; the reference page has the rest."""
_HEAD: Final = """\
# Switchgear's configuration. Everything in it is optional.
#
# Lines that begin with "# " explain; lines that begin with "#" alone are settings with their defaults or an example:
# take the # away to use them. Check the file with: switchgear check
# A running gateway reads it again on SIGHUP; a file with mistakes changes nothing.
#
# Secrets never stand here. Where one is needed, say where it is: "env:NAME", "file:PATH" or "secret:NAME".
"""
_MODEL: Final = f"""
# A model that clients can call by the name "fast". Its deployments are tried in the order given.
# Models of a provider can also be called without an alias, as provider/model.
[models.fast]
deployments = [
  {{ provider = "{LOCAL_PROVIDER}", model = "{EMBEDDED_MODEL}" }},
#{{ provider = "openai", model = "gpt-5-mini", weight = 1 }},
]
#strategy = "ordered"
#answers = "check"
#vision_fallback = "openai/gpt-5-mini"
#limits = "default"
#fallbacks = ["{EMBEDDED_MODEL}"]
#context_fallbacks = ["{EMBEDDED_MODEL}"]
#content_fallbacks = ["{EMBEDDED_MODEL}"]
#retry = {{ attempts = 2, backoff = 0.25, longest_pause = 8 }}
#timeouts = {{ first_token = 10, between_tokens = 20, total = 120 }}
#stream_recovery = "error"
#hedge = true
#auto = {{ quality = 0.7 }}
#cache = {{ ttl = 300, stale_if_error = 86400 }}
"""
_OWNERS: Final = """
# Teams and users are named by keys: switchgear keys create ci --team search --user ann. "*" is every other one.
#[teams.search]
#limits = "default"

#[users."*"]
#limits = "default"
"""


def render_template() -> str:
    """The text of a new configuration file. It is valid as it is, and with every setting uncommented."""
    lines = [_HEAD]
    for name, model in _SECTIONS:
        lines += ["", *_prose(model.__doc__ or ""), f"[{name}]", *_settings(model)]
    lines += [
        "",
        *_prose((OpenAIProviderSettings.__doc__ or "") + " Models name it by what stands after the dot."),
        "#[providers.openai]",
        *_settings(OpenAIProviderSettings),
        *_other_kinds(),
    ]
    limits = ["", *_prose(f"{LimitSettings.__doc__} Those called default hold for every key that names none.")]
    limits += ["#[limits.default]", *_settings(LimitSettings)]
    return "\n".join(lines) + "\n" + _MODEL + "\n".join(limits) + "\n" + _OWNERS


def _settings(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield from _prose(field.description or "")
        yield f"#{name} = {_toml(_example(field))}"


def _other_kinds() -> Iterator[str]:
    for kind, model in KINDS.items():
        if kind == DEFAULT_KIND:
            continue
        fields = model.model_fields
        yield from ("", *_prose(model.__doc__ or ""), f"#[providers.my-{kind}]", f"#kind = {_toml(kind)}")
        for name in _OF_OTHER_KINDS[1:]:
            if name in fields and _example(fields[name]) is not None:
                yield f"#{name} = {_toml(_example(fields[name]))}"


def _prose(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _example(field: FieldInfo) -> Any:
    """The default; where that is nothing, an example."""
    default = field.get_default(call_default_factory=True) if not field.is_required() else None
    if default in (None, {}, ()) and field.examples:
        return field.examples[0]
    return default


def _toml(value: Any) -> str:
    """``value`` on one line of TOML. JSON's escapes for text are TOML's too."""
    if isinstance(value, BaseModel):
        return _toml(value.model_dump(exclude_none=True))
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
