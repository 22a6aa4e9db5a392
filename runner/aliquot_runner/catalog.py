"""What the runner offers, as data: printed into schema/catalog.json."""

from __future__ import annotations

import sys
from typing import Any

from .families.base import Dimension, Family
from .metrics.base import Metric
from .registry import families, metrics, steps
from .report import ENSEMBLE
from .spec import PROTOCOL
from .steps.base import Step


def catalog() -> dict[str, Any]:
    return {
        "protocol": PROTOCOL,
        "algorithms": [*(_algorithm(family) for family in families().values()), _ensemble()],
        "metrics": [_metric(metric) for metric in metrics().values()],
        "steps": [_step(step) for step in steps().values()],
    }


def _algorithm(family: Family) -> dict[str, Any]:
    return {
        "key": family.key,
        "label": family.label,
        "description": family.description,
        "tasks": list(family.tasks),
        "isDefault": family.is_default,
        "defaults": family.defaults,
        "searchSpace": {name: _dimension(dimension) for name, dimension in family.space.items()},
    }


def _ensemble() -> dict[str, Any]:
    return {
        "key": ENSEMBLE,
        "label": "Ensemble",
        "description": "Weighted average of the best models, chosen greedily on out-of-fold predictions.",
        "tasks": ["BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION", "REGRESSION"],
        "isDefault": True,
        "defaults": {},
        "searchSpace": {},
    }


def _dimension(dimension: Dimension) -> dict[str, Any]:
    if dimension.kind == "CHOICE":
        return {"kind": "CHOICE", "choices": list(dimension.choices)}
    return {
        "kind": dimension.kind,
        "low": dimension.low,
        "high": dimension.high,
        "logarithmic": dimension.logarithmic,
        "limits": list(dimension.limits),
    }


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "key": metric.key,
        "label": metric.label,
        "description": _module_text(metric).strip().replace("\n\n", " "),
        "tasks": list(metric.tasks),
        "greaterIsBetter": metric.greater_is_better,
        "needsProbabilities": metric.needs_probabilities,
    }


def _module_text(metric: Metric) -> str:
    return sys.modules[type(metric).__module__].__doc__ or ""


def _step(step: type[Step]) -> dict[str, Any]:
    return {
        "key": step.key,
        "label": step.label,
        "description": step.description,
        "columnTypes": list(step.takes),
        "needsColumns": not step.takes,
        "usesTarget": step.uses_target,
        "isCustomOnly": step.is_custom_only,
        "parameters": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": step.parameters,
            "additionalProperties": False,
        },
    }
