"""The portfolio fits the catalogue."""

from __future__ import annotations

import math

import pytest

from aliquot_runner.families.base import ALL_TASKS
from aliquot_runner.portfolio import Entry, portfolio
from aliquot_runner.protocol import TaskType
from aliquot_runner.registry import families

MOST_ENTRIES = 40


@pytest.mark.parametrize("task", ALL_TASKS)
def test_every_entry_is_one_that_a_training_could_ask_for(task: TaskType) -> None:
    assert [fault for entry in portfolio(task) if (fault := fault_in(entry, task))] == []


@pytest.mark.parametrize("task", ALL_TASKS)
def test_begins_with_several_algorithms_and_repeats_nothing(task: TaskType) -> None:
    entries = portfolio(task)
    filled = [(entry.algorithm, {**families()[entry.algorithm].defaults, **entry.parameters}) for entry in entries]
    assert len(entries) <= MOST_ENTRIES
    assert not [entry for place, entry in enumerate(filled) if entry in filled[:place]]
    assert len({entry.algorithm for entry in entries[:6]}) >= 3


def fault_in(entry: Entry, task: TaskType) -> str | None:
    family = families().get(entry.algorithm)
    if family is None or task not in family.tasks:
        return f"{entry.algorithm} does not learn {task}"
    for name, value in entry.parameters.items():
        place = f"{entry.algorithm}, {name} = {value}"
        dimension = family.space.get(name)
        if dimension is None:
            if name not in family.defaults:
                return f"{place}: there is no such parameter"
        elif dimension.kind == "CHOICE":
            if value not in dimension.choices:
                return f"{place}: not one of {dimension.choices}"
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return f"{place}: not a number"
        elif dimension.kind == "INTEGER" and value != int(value):
            return f"{place}: not a whole number"
        elif not dimension.limits[0] <= value <= dimension.limits[1]:
            return f"{place}: outside of {dimension.limits}"
    return None
