"""The folder is the registry: every module of a package that has the wanted attribute is a member."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any

from . import families as family_package
from . import metrics as metric_package
from . import steps as step_package
from .errors import RunnerError
from .families.base import Family
from .metrics.base import Metric
from .protocol import RunStep, TaskType
from .steps.base import Step


def _members(package: Any, attribute: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        member = getattr(module, attribute, None)
        if member is not None:
            found[member.key] = member
    return found


@functools.cache
def families() -> dict[str, Family]:
    """Algorithms by key, in the order in which they start: the quick ones first."""
    members: dict[str, Family] = _members(family_package, "FAMILY")
    return dict(sorted(members.items(), key=lambda item: item[1].order))


@functools.cache
def metrics() -> dict[str, Metric]:
    members: dict[str, Metric] = _members(metric_package, "METRIC")
    return dict(sorted(members.items(), key=lambda item: item[1].order))


@functools.cache
def steps() -> dict[str, type[Step]]:
    return _members(step_package, "STEP")


def find_metric(key: str, task: TaskType) -> Metric:
    metric = metrics().get(key)
    if metric is None:
        raise RunnerError("METRIC_UNKNOWN", f"There is no metric “{key}”.")
    if task not in metric.tasks:
        raise RunnerError("METRIC_NOT_FOR_TASK", f"{metric.label} does not score this kind of target.")
    return metric


def metrics_of(task: TaskType) -> list[Metric]:
    return [metric for metric in metrics().values() if task in metric.tasks]


def find_family(key: str, task: TaskType) -> Family:
    family = families().get(key)
    if family is None:
        raise RunnerError("ALGORITHM_UNKNOWN", f"There is no algorithm “{key}”.")
    if task not in family.tasks:
        raise RunnerError("ALGORITHM_NOT_FOR_TASK", f"{family.label} cannot learn this kind of target.")
    return family


def find_step(step: RunStep) -> type[Step]:
    kind = steps().get(step["key"])
    if kind is None:
        raise RunnerError("STEP_UNKNOWN", f"There is no preprocessing step “{step['key']}”.")
    return kind
