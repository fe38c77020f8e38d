"""Arguments for tools, made of their schemas by Hypothesis: what fits, and what does not.

Knows the keywords of JSON Schema that tools use (2020-12: types, enum, const, ranges, lengths, pattern, items, properties, anyOf, oneOf, allOf,
``$ref`` within the schema). What it does not know it leaves out of account, and what then does not fit is passed over (``fits``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema_rs
from hypothesis import strategies as st

Schema = Mapping[str, Any]
_LONGEST: Final = 40
_MOST: Final = 5
_DEEPEST: Final = 6
_WIDEST: Final = 1 << 53
_TEXTS: Final = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=_LONGEST)
_ANYTHING: Final = st.one_of(st.none(), st.booleans(), st.integers(-_WIDEST, _WIDEST), _TEXTS, st.just([]), st.just({}))
_FORMATS: Final[dict[str, st.SearchStrategy[str]]] = {
    "date": st.dates().map(str),
    "date-time": st.datetimes().map(lambda at: at.replace(microsecond=0).isoformat() + "Z"),
    "time": st.times().map(lambda at: at.replace(microsecond=0).isoformat() + "Z"),
    "email": st.from_regex(r"[a-z]{1,10}@[a-z]{1,10}\.example", fullmatch=True),
    "uri": st.from_regex(r"https://[a-z]{1,10}\.example/[a-z]{0,10}", fullmatch=True),
    "uuid": st.uuids().map(str),
}


def fitting(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments that fit a tool's schema."""
    validator = jsonschema_rs.validator_for(dict(schema))
    return _made({"type": "object", **schema}, schema, 0).filter(validator.is_valid)


def unfitting(schema: Schema) -> list[tuple[str, dict[str, Any]]]:
    """Arguments that no reader of the schema can take, each with what is wrong with it in words."""
    validator = jsonschema_rs.validator_for(dict(schema))
    properties: Mapping[str, Any] = schema.get("properties") or {}
    plain = {name: _example(_resolved(each, schema)) for name, each in properties.items()}
    cases = [
        (f"without {name}", {key: value for key, value in plain.items() if key != name})
        for name in schema.get("required") or ()
    ]
    for name in properties:
        wrong = (
            ("null", None),
            ("an object", {"no": ["such", "thing"]}),
            ("a long text", "x" * 100_000),
            ("a number", -1.5e300),
        )
        cases += [(f"{name} as {told}", {**plain, name: value}) for told, value in wrong]
    cases.append(("an argument that nobody knows", {**plain, "__no_such_argument__": True}))
    return [(told, case) for told, case in cases if not validator.is_valid(case)]


def _made(schema: Any, root: Schema, depth: int) -> st.SearchStrategy[Any]:
    if not isinstance(schema, Mapping):
        return _ANYTHING
    schema = _resolved(schema, root)
    if depth > _DEEPEST:
        return st.none()
    if "const" in schema:
        return st.just(schema["const"])
    if schema.get("enum"):
        return st.sampled_from(list(schema["enum"]))
    for either in ("anyOf", "oneOf"):
        if schema.get(either):
            rest = {name: value for name, value in schema.items() if name != either}
            return st.one_of([_made(_joined(rest, each, root), root, depth + 1) for each in schema[either]])
    kinds = schema.get("type") or ("object" if "properties" in schema else None)
    if kinds is None:
        return _ANYTHING
    named = [kinds] if isinstance(kinds, str) else list(kinds)
    return st.one_of([_MAKERS.get(kind, _nothing)(schema, root, depth) for kind in named])


def _resolved(schema: Any, root: Schema) -> dict[str, Any]:
    """A schema with its reference and its ``allOf`` put in."""
    found = dict(schema) if isinstance(schema, Mapping) else {}
    for _ in range(_DEEPEST):
        reference = found.pop("$ref", None)
        if not isinstance(reference, str) or not reference.startswith("#"):
            break
        target: Any = root
        for step in reference[1:].strip("/").split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            target = target.get(key, {}) if isinstance(target, Mapping) and key else target
        found = {**(target if isinstance(target, Mapping) else {}), **found}
    for each in found.pop("allOf", None) or ():
        found = _joined(found, each, root)
    return found


def _joined(one: Schema, other: Any, root: Schema) -> dict[str, Any]:
    other = _resolved(other, root)
    joined = {**one, **other}
    if "properties" in one and "properties" in other:
        joined["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        joined["required"] = list(dict.fromkeys([*one["required"], *other["required"]]))
    return joined


def _nothing(_schema: Schema, _root: Schema, _depth: int) -> st.SearchStrategy[Any]:
    return st.none()


def _boolean(_schema: Schema, _root: Schema, _depth: int) -> st.SearchStrategy[Any]:
    return st.booleans()


def _integer(schema: Schema, _root: Schema, _depth: int) -> st.SearchStrategy[Any]:
    least = schema.get("minimum", -_WIDEST)
    most = schema.get("maximum", _WIDEST)
    least = max(least, schema.get("exclusiveMinimum", least - 1) + 1)
    most = min(most, schema.get("exclusiveMaximum", most + 1) - 1)
    step = schema.get("multipleOf", 1)
    numbers = st.integers(int(least), max(int(most), int(least)))
    return numbers if step == 1 else numbers.map(lambda number: number - number % step)


def _number(schema: Schema, _root: Schema, _depth: int) -> st.SearchStrategy[Any]:
    return st.floats(
        min_value=schema.get("minimum", schema.get("exclusiveMinimum")),
        max_value=schema.get("maximum", schema.get("exclusiveMaximum")),
        exclude_min="exclusiveMinimum" in schema and "minimum" not in schema,
        exclude_max="exclusiveMaximum" in schema and "maximum" not in schema,
        allow_nan=False,
        allow_infinity=False,
    )


def _string(schema: Schema, _root: Schema, _depth: int) -> st.SearchStrategy[Any]:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if isinstance(pattern := schema.get("pattern"), str):
        try:
            return st.from_regex(re.compile(pattern))
        except re.error:  # another language's
            pass
    return st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]),
        min_size=least,
        max_size=max(least, min(most if most is not None else _LONGEST, least + _LONGEST)),
    )


def _array(schema: Schema, root: Schema, depth: int) -> st.SearchStrategy[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    most = max(least, min(most if most is not None else _MOST, least + _MOST))
    items = _made(schema.get("items", True), root, depth + 1)
    return st.lists(items, min_size=least, max_size=most, unique_by=repr if schema.get("uniqueItems") else None)


def _object(schema: Schema, root: Schema, depth: int) -> st.SearchStrategy[Any]:
    properties: Mapping[str, Any] = schema.get("properties") or {}
    required = set(schema.get("required") or ())
    made = {name: _made(each, root, depth + 1) for name, each in properties.items()}
    made |= dict.fromkeys(required - set(properties), _ANYTHING)
    optional = {name: each for name, each in made.items() if name not in required}
    fixed = st.fixed_dictionaries({name: made[name] for name in required}, optional=optional)
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping) and not properties:
        return st.dictionaries(_TEXTS, _made(more, root, depth + 1), max_size=_MOST)
    return fixed


_MAKERS: Final[dict[str, Callable[[Schema, Schema, int], st.SearchStrategy[Any]]]] = {
    "null": _nothing,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "array": _array,
    "object": _object,
}
_EXAMPLES: Final[dict[str, Any]] = {
    "boolean": True,
    "integer": 1,
    "number": 1.0,
    "string": "a",
    "array": [],
    "object": {},
}


def _example(schema: Schema) -> Any:
    """Something of a schema's type, for arguments of which another one is wrong."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    return schema.get("default", _EXAMPLES.get(kinds if isinstance(kinds, str) else kinds[0]))
