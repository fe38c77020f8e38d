"""Arguments made of schemas: those that fit do fit, and those that do not are told apart."""

from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings

from switchgear.testing.plugin_inputs import fitting, unfitting

SCHEMAS = {
    "nothing": {"type": "object"},
    "ranges": {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": 5},
            "even": {"type": "integer", "multipleOf": 2, "minimum": 0, "maximum": 100},
            "ratio": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "name": {"type": "string", "minLength": 1, "maxLength": 3},
            "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
            "day": {"type": "string", "format": "date"},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "maxItems": 2},
        },
        "required": ["count", "name"],
        "additionalProperties": False,
    },
    "choices": {
        "type": "object",
        "properties": {
            "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "kind": {"const": "x"},
            "many": {"type": ["integer", "boolean"]},
        },
    },
    "referring": {
        "type": "object",
        "$defs": {
            "tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}}, "additionalProperties": False}
        },
        "properties": {
            "tree": {"$ref": "#/$defs/tree"},
            "both": {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]},
        },
        "required": ["both"],
    },
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_made_fits(name):
    validator = jsonschema_rs.validator_for(SCHEMAS[name])
    made = []

    @settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(fitting(SCHEMAS[name]))
    def each(arguments):
        assert validator.is_valid(arguments)
        made.append(arguments)

    each()
    assert made


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_does_not_fit_does_not(name):
    validator = jsonschema_rs.validator_for(SCHEMAS[name])
    assert not any(validator.is_valid(arguments) for _, arguments in unfitting(SCHEMAS[name]))


def test_what_is_wrong_is_said():
    told = dict(unfitting(SCHEMAS["ranges"]))
    assert "name" not in told["without name"]
    assert told["count as null"]["count"] is None
    assert "__no_such_argument__" in told["an argument that nobody knows"]
