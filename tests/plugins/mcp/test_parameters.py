"""Arguments that go into HTTP fields, as a tool's schema says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import ToolAnswerInvalid
from switchgear.plugins.mcp.parameters import fields_of, named_fields

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["properties", "items", "allOf", "$defs", "x-mcp-header", "type", "a"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


def _schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_named_arguments_go_into_fields() -> None:
    schema = _schema(
        city={"type": "string", "x-mcp-header": "City"},
        deep=_schema(count={"type": "integer", "x-mcp-header": "Count"}),
        sure={"type": "boolean", "x-mcp-header": "Sure"},
        other={"type": "string"},
    )
    named = named_fields("p", "t", schema)
    arguments = {"city": "Köln", "deep": {"count": 3}, "sure": True, "other": "x"}
    assert dict(fields_of(named, json.dumps(arguments).encode())) == {
        "Mcp-Param-City": "Köln",
        "Mcp-Param-Count": "3",
        "Mcp-Param-Sure": "true",
    }


@pytest.mark.parametrize("arguments", [b"{}", b'{"city":null}', b'{"city":["x"]}', b"[]", b"nonsense", b'{"city":{}}'])
def test_what_is_absent_or_no_scalar_has_no_field(arguments: bytes) -> None:
    assert fields_of(named_fields("p", "t", _schema(city={"type": "string", "x-mcp-header": "City"})), arguments) == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"x-mcp-header": "A", "type": "string"},
        _schema(a={"type": "string", "x-mcp-header": ""}),
        _schema(a={"type": "string", "x-mcp-header": "a b"}),
        _schema(a={"type": "string", "x-mcp-header": "a\r\nb"}),
        _schema(a={"type": "string", "x-mcp-header": 5}),
        _schema(a={"type": "number", "x-mcp-header": "A"}),
        _schema(a={"type": ["string"], "x-mcp-header": "A"}),
        _schema(a={"x-mcp-header": "A"}),
        _schema(a={"type": "string", "x-mcp-header": "A"}, b={"type": "string", "x-mcp-header": "a"}),
        _schema(a={"type": "array", "items": {"type": "string", "x-mcp-header": "A"}}),
        {"$defs": {"x": _schema(a={"type": "string", "x-mcp-header": "A"})}},
        {"anyOf": [_schema(a={"type": "string", "x-mcp-header": "A"})]},
    ],
)
def test_a_schema_that_names_a_field_wrongly_is_refused(schema: Any) -> None:
    with pytest.raises(ToolAnswerInvalid, match='tool "t"'):
        named_fields("p", "t", schema)


def test_what_only_looks_like_a_name_is_data() -> None:
    assert named_fields("p", "t", _schema(a={"type": "object", "default": {"x-mcp-header": "A"}})) == ()


@given(_json, _json)
def test_any_schema_names_fields_or_is_refused(schema: Any, arguments: Any) -> None:
    try:
        named = named_fields("p", "t", schema)
    except ToolAnswerInvalid:
        return
    fields_of(named, json.dumps(arguments).encode())
