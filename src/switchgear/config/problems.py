"""Mistakes in words: what pydantic found, said as a person would say it, with the nearest valid name."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel

from switchgear.config.discover import known_provider
from switchgear.config.fields import Mistake
from switchgear.config.limits import LimitSettings, TeamSettings, UserSettings
from switchgear.config.models import AliasSettings
from switchgear.config.providers import KINDS, OpenAIProviderSettings, kind_of
from switchgear.config.schema import Settings
from switchgear.core.errors import ConfigInvalid, Problem

Place = tuple[str | int, ...]
"""Keys and array indices from the top of the document, as in pydantic's ``loc``."""

Error = Mapping[str, Any]
"""One entry of pydantic's ``ValidationError.errors()``, without the input."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LOOKS_SECRET = re.compile(
    r"(?<![A-Za-z0-9])((sk|pk|rk|gsk|xai|key|ghp|pplx|fw|csk|nvapi|r8|hf)[-_][A-Za-z0-9_-]{12,}|AIza|eyJ)|[A-Za-z0-9+=]{32,}"
)
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
_WIDEST_INDENT: Final = 24

_TYPE_WORDS: Final = {
    "string_type": "must be text in quotes.",
    "int_type": "must be a whole number.",
    "int_from_float": "must be a whole number.",
    "float_type": "must be a number.",
    "bool_type": "must be true or false.",
    "tuple_type": "must be a list in brackets.",
    "dict_type": "must be a table.",
    "model_type": "must be a table.",
    "path_type": "must be a path, as text in quotes.",
    "string_too_short": "must not be empty.",
    "finite_number": "must be a finite number.",
}
_NAMED: Final[dict[str, type[BaseModel]]] = {
    "models": AliasSettings,
    "limits": LimitSettings,
    "teams": TeamSettings,
    "users": UserSettings,
}
"""What stands under a name, by the section: providers apart, which are of several kinds."""

_STRUCTURES: Final = {"tuple_type", "dict_type", "model_type"}


def path_text(path: Place) -> str:
    """``path`` as a person writes it: ``models.fast.deployments[1].provider``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) and len(part) <= 128 else quoted(part))
    return text


def quoted(text: str) -> str:
    """``text`` in quotes, shortened, without control characters, credentials or what looks like a key."""
    if _LOOKS_SECRET.search(text):
        return '"…"'
    text = _CREDENTIALS.sub("//…@", text)
    if len(text) > 80:
        text = text[:79] + "…"
    return '"' + "".join(c if c.isprintable() and c != '"' else json.dumps(c)[1:-1] for c in text) + '"'


def nearest(name: str, known: Iterable[str], *, noun: str = "Known") -> str:
    """``Did you mean …? Known: …`` for a name that is none of ``known``."""
    names = sorted(set(known))
    folded = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name[:128].lower(), folded, n=1, cutoff=0.6)
    listed = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    guess = f"Did you mean {quoted(folded[close[0]])}?  " if close else ""
    return f"{guess}{noun}: {listed or 'none'}."


def report(problems: Sequence[Problem]) -> ConfigInvalid:
    """The error that lists ``problems``, ready to print."""
    blocks = []
    for problem in problems:
        where = f"{problem.file}:{problem.line}: " if problem.line else f"{problem.file}: "
        block = where + problem.message
        if problem.suggestion:
            block += "\n" + " " * min(len(where), _WIDEST_INDENT) + problem.suggestion
        blocks.append(block)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ConfigInvalid("\n".join([*blocks, f"{count}. Nothing was changed."]), problems=tuple(problems))


def untagged(error: Error) -> Error:
    """``error`` at its place in the file: pydantic puts the kind of a provider into the path, where no key is."""
    place = error["loc"]
    if place[:1] != ("providers",) or len(place) < 2:
        return error
    if error["type"] == "union_tag_invalid":
        expected = error["ctx"]["expected_tags"]
        return {**error, "type": "literal_error", "loc": (*place, "kind"), "ctx": {"expected": expected}}
    if place[2:3] and place[2] in KINDS:
        return {**error, "loc": (*place[:2], *place[3:])}
    return error


class Worder:
    """Words pydantic's findings about ``data``, the tables as they were read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def words(self, error: Error) -> tuple[Place, str, str]:
        """Where it is, the sentence, and the advice. No value of a private or unknown setting is in them."""
        is_key = error["loc"][-1:] == ("[key]",)
        path: Place = error["loc"][:-1] if is_key else error["loc"]
        if is_key:
            rest, advice = _about_key(path, error)
            return path, f"{path_text(path)} {rest}", advice
        if error["type"] == "extra_forbidden":
            return path, *self._about_unknown(path)
        if error["type"] == "missing":
            return path, f"{path_text(path)} is missing.", self._about_missing(path)
        value = self._value(path)
        rest, advice = _about_value(error, value)
        shown = "" if error["type"] in _STRUCTURES or self._private(path) else _shown(value)
        return path, f"{path_text(path)}{shown} {rest}", advice

    def _value(self, path: Place) -> object:
        value: Any = self._data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _about_unknown(self, path: Place) -> tuple[str, str]:
        """A key that no table of this kind has."""
        name = str(path[-1])
        if len(path) == 1:
            elsewhere = [section for section, known in _sections() if name in known.model_fields]
            if elsewhere:
                return f"{path_text(path)} is not a section.", f"It belongs under [{elsewhere[0]}]."
            return f"{path_text(path)} is not a section.", nearest(name, Settings.model_fields)
        model = self._model_at(path[:-1])
        known = list(model.model_fields) if model else []
        advice = nearest(name, known)
        if not advice.startswith("Did"):
            advice = f"{_where_it_belongs(name, path, model)}{advice}"
        return f"{path_text(path)} is not a setting.", advice

    def _about_missing(self, path: Place) -> str:
        if path[0] == "providers" and path[-1] == "base_url" and (known := known_provider(str(path[1]))):
            if kind_of(self._value(path[:2])) != known.kind:
                return f'Add kind = "{known.kind}".'
            if known.base_url:
                return f'Add base_url = "{known.base_url}".'
        model = self._model_at(path[:-1])
        field = model.model_fields.get(str(path[-1])) if model else None
        if field is None:
            return ""
        if field.examples:
            return f"Add {path[-1]} = {json.dumps(field.examples[0])}.  {field.description or ''}".rstrip()
        return field.description or ""

    def _model_at(self, path: Place) -> type[BaseModel] | None:
        """The model of the table at ``path``."""
        found: Any = Settings
        if path[:1] == ("providers",) and len(path) > 1:
            found, path = KINDS.get(kind_of(self._value(path[:2])), OpenAIProviderSettings), path[2:]
        for part in path:
            found = _inside(found, part)
        return next((each for each in _alternatives(found) if _is_table(each)), None)

    def _private(self, path: Place) -> bool:
        """Whether the setting at ``path``, or one it is part of, may hold a secret."""
        for length in range(1, len(path) + 1):
            model = self._model_at(path[: length - 1])
            field = model.model_fields.get(str(path[length - 1])) if model else None
            if (
                field is not None
                and isinstance(field.json_schema_extra, dict)
                and field.json_schema_extra.get("x-private")
            ):
                return True
        return False


def _about_value(error: Error, value: object) -> tuple[str, str]:
    """What is wrong with a known setting's value, and what to do."""
    kind, context = error["type"], error.get("ctx", {})
    if isinstance(mistake := context.get("error"), Mistake):
        return mistake.message, mistake.advice
    if kind == "literal_error":
        return "is not known.", nearest(str(value), re.findall(r"'([^']*)'", str(context["expected"])))
    if kind == "string_pattern_mismatch" and error["loc"][-1:] == ("limits",):
        return about_name(("limits", ""))
    if kind in _TYPE_WORDS:
        advice = (
            "Write it without quotes." if isinstance(value, str) and kind.startswith(("int", "float", "bool")) else ""
        )
        return _TYPE_WORDS[kind], advice
    bounds = {
        "greater_than_equal": ("ge", "at least"),
        "less_than_equal": ("le", "at most"),
        "greater_than": ("gt", "more than"),
    }
    if kind in bounds:
        key, words = bounds[kind]
        return f"must be {words} {_number(context[key])}.", ""
    if kind == "too_short":
        return "needs at least one entry.", ""
    if kind in {"too_long", "string_too_long"}:
        unit = "entries" if kind == "too_long" else "characters"
        return f"must have at most {context['max_length']} {unit}.", ""
    return f"is not valid: {error['msg']}.", ""


def _about_key(path: Place, error: Error) -> tuple[str, str]:
    """What is wrong with the name of an entry."""
    mistake = error.get("ctx", {}).get("error")
    return (mistake.message, mistake.advice) if isinstance(mistake, Mistake) else about_name(path)


def about_name(path: Place) -> tuple[str, str]:
    """What is wrong with a name that is not of the form that names have in its section, ``path[0]``; and what is right."""
    if path[0] == "providers":
        return (
            "is not a name for a provider.",
            "Use up to 64 lower-case letters, digits, _ and -; begin with a letter or digit.",
        )
    if path[0] == "limits":
        return (
            "is not a name for limits.",
            "Use up to 128 letters, digits, ., _, : and -; begin with a letter or digit.",
        )
    if path[0] in {"teams", "users"}:
        return (
            f"is not a name for a {str(path[0])[:-1]}.",
            'Use up to 128 letters, digits, ., _, :, @, + and -, beginning with a letter or digit; "*" is all others.',
        )
    if "/" in str(path[-1]):
        return (
            "is not a name for a model: provider/model is how every provider's own models are called.",
            f"Choose a name without a slash, such as {quoted(str(path[-1]).rsplit('/', 1)[-1] or 'fast')}.",
        )
    return "is not a name for a model.", "Use up to 128 letters, digits, ., _, : and -; begin with a letter or digit."


def _where_it_belongs(name: str, path: Place, model: type[BaseModel] | None) -> str:
    """Where a setting called ``name`` may stand, if not in the table ``model`` at ``path``; a sentence, or nothing."""
    if path[0] == "providers" and len(path) == 3:
        kinds = [quoted(kind) for kind, settings in KINDS.items() if name in settings.model_fields]
        return f"It is a setting of providers of kind {' or '.join(kinds)}.  " if kinds else ""
    for section, other in _sections():
        if name in other.model_fields and other is not model:
            return f"It belongs under [{section}].  "
    return ""


def _sections() -> list[tuple[str, type[BaseModel]]]:
    """The tables a lost key may belong to, by the way they are written."""
    top = [(name, model) for name in Settings.model_fields if (model := _section(name))]
    named = [(f"{section}.NAME", model) for section, model in _NAMED.items()]
    return [*top, *(("providers.NAME", kind) for kind in KINDS.values()), *named]


def _section(name: str) -> type[BaseModel] | None:
    kind = Settings.model_fields[name].annotation
    return kind if _is_table(kind) else None


def _inside(annotation: Any, part: str | int) -> Any:
    """The type of what stands at ``part`` in a value of the type ``annotation``; None where nothing can."""
    for each in _alternatives(annotation):
        if _is_table(each):
            if part in each.model_fields:
                return each.model_fields[part].annotation
        elif get_origin(each) is dict:
            return get_args(each)[1]
        elif get_origin(each) in {tuple, list} and isinstance(part, int):
            return get_args(each)[0]
    return None


def _alternatives(annotation: Any) -> Iterator[Any]:
    """What a value may be, each by itself, without what only narrows it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _alternatives(each)
    else:
        yield annotation


def _is_table(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _shown(value: object) -> str:
    """`` = value`` for a short scalar, nothing for anything else."""
    if isinstance(value, bool):
        return f" = {str(value).lower()}"
    if isinstance(value, str):
        return f" = {quoted(value)}"
    if isinstance(value, int | float):
        return f" = {_number(value)}"
    return ""


def _number(value: object) -> str:
    """A bound or a value, without the decimals of a whole number and without digits that fill a screen."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "a number this long"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
