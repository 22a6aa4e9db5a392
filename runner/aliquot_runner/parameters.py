"""Checks a step's parameters against the schemas that the catalogue shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .steps.base import Step


def fault_in(kind: type[Step], given: Mapping[str, Any]) -> str | None:
    """A sentence for the user, or None."""
    for name, value in given.items():
        schema = kind.parameters.get(name)
        if schema is None:
            known = ", ".join(f"“{name}”" for name in kind.parameters) or "none"
            return f"{kind.label} ({kind.key}) has no parameter “{name}”; it has {known}."
        if not _fits(schema, value):
            return f"{kind.label} ({kind.key}): “{name}” must be {_wanted(schema)}, not {_shown(value)}."
    return None


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    if "enum" in schema:
        return any(value == choice and isinstance(value, type(choice)) for choice in schema["enum"])
    match schema["type"]:
        case "boolean":
            return isinstance(value, bool)
        case "string":
            return isinstance(value, str) and len(value) <= schema["maxLength"]
        case "array":
            within = isinstance(value, list) and schema.get("minItems", 0) <= len(value) <= schema["maxItems"]
            return within and all(_fits(schema["items"], entry) for entry in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        return False
    if schema["type"] == "integer" and value != int(value):
        return False
    return bool(
        schema.get("minimum", -np.inf) <= value <= schema.get("maximum", np.inf)
        and schema.get("exclusiveMinimum", -np.inf) < value
    )


def _wanted(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"one of {', '.join(map(_shown, schema['enum']))}"
    match schema["type"]:
        case "boolean":
            return "true or false"
        case "string":
            return f"a text of at most {schema['maxLength']} characters"
        case "array":
            least = f"{schema['minItems']} to" if schema.get("minItems") else "at most"
            return f"a list of {least} {schema['maxItems']} entries, each {_wanted(schema['items'])}"
    noun = "a whole number" if schema["type"] == "integer" else "a number"
    bounds = [
        f"{words} {schema[key]}"
        for key, words in (("exclusiveMinimum", "above"), ("minimum", "from"), ("maximum", "to"))
        if key in schema
    ]
    return " ".join([noun, *bounds])


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
