"""Parameters of steps: what a form is built from, and how wrong ones are told."""

from __future__ import annotations

from typing import Any

import pytest

from aliquot_runner.errors import RunnerError
from aliquot_runner.preparation import make_steps
from aliquot_runner.registry import steps
from aliquot_runner.steps.base import Step

from .workbench import Message


def wrong_values(schema: Message) -> list[Any]:
    if "enum" in schema:
        return ["nothing of it", 1, None]
    if schema["type"] == "boolean":
        return [1, "true", None]
    if schema["type"] == "string":
        return [1, None, "x" * (schema["maxLength"] + 1)]
    if schema["type"] == "array":
        wrong: list[Any] = [[value] for value in wrong_values(schema["items"])]
        return [*wrong, "x", None, [schema["default"]] * (schema["maxItems"] + 1)]
    bounds = [schema[key] + change for key, change in (("minimum", -1), ("maximum", 1)) if key in schema]
    bounds += [schema["exclusiveMinimum"]] if "exclusiveMinimum" in schema else []
    return [*bounds, "1", True, None, float("nan"), *([1.5] if schema["type"] == "integer" else [])]


@pytest.mark.parametrize("key", sorted(steps()))
def test_parameters_make_a_form_and_wrong_ones_are_told(key: str) -> None:
    kind = steps()[key]
    assert kind.label
    assert kind.description.endswith(".")
    for name, schema in kind.parameters.items():
        assert {"type", "title", "description", "default"} <= set(schema), name
        if schema["type"] in ("integer", "number"):
            assert "maximum" in schema
            assert {"minimum", "exclusiveMinimum"} & set(schema)
        assert made_with(key, {name: schema["default"]}).values[name] == schema["default"]
        for wrong in wrong_values(schema):
            with pytest.raises(RunnerError) as caught:
                made_with(key, {name: wrong})
            assert caught.value.code == "SPEC_INVALID"
            assert all(part in caught.value.message for part in (kind.label, key, f"“{name}”", " must be "))
    with pytest.raises(RunnerError, match="has no parameter “__proto__”"):
        made_with(key, {"__proto__": 1})


def made_with(key: str, parameters: Message) -> Step:
    return make_steps([{"key": key, "columns": ["c0"], "parameters": parameters}], [])[0]


def test_a_wrong_number_is_told_with_its_range() -> None:
    with pytest.raises(RunnerError) as caught:
        made_with("clip_outliers", {"share": 0.5})
    assert caught.value.message == "Clip outliers (clip_outliers): “share” must be a number above 0 to 0.2, not 0.5."
