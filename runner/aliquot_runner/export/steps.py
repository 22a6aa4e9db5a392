"""Preprocessing steps that a graph can do, as they were fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..registry import steps
from .graph import NotPortableError
from .inputs import Column, Table

State = Mapping[str, Any]


def apply_step(table: Table, state: State) -> None:
    step = STEPS.get(state["key"])
    if step is None:
        raise NotPortableError(f"The step “{steps()[state['key']].label}” cannot be done in a graph.")
    step(table, state)


def _drop_columns(table: Table, state: State) -> None:
    for name in state["columns"]:
        table.drop(name)


def _group_rare_categories(table: Table, state: State) -> None:
    for name, kept in state["learned"]["kept"].items():
        given = _expect(table, name, "text")
        same = {text: text for text in ("", *kept)}
        table.put(name, Column("text", table.graph.lookup(given, same, str(state["parameters"]["other"]))))


def _frequency_encoding(table: Table, state: State) -> None:
    for name, shares in state["learned"]["shares"].items():
        found = table.graph.lookup(_expect(table, name, "text"), {**shares, "": np.nan}, 0.0)
        table.put(f"{name}.share", Column("number", found))


def _missing_indicator(table: Table, state: State) -> None:
    graph = table.graph
    for name in state["learned"]["columns"]:
        column = table.column(name)
        if column.kind == "text":
            marks = graph.lookup(column.tensor, {"": 1.0}, 0.0)
        else:
            marks = graph.where_missing(column.tensor, graph.number(1.0), graph.number(0.0))
        table.put(f"{name}.missing", Column("number", marks))


def _log_transform(table: Table, state: State) -> None:
    graph = table.graph
    for name in state["learned"]["columns"]:
        values = _expect(table, name, "number")
        size = graph.add("Log", graph.add("Add", graph.add("Abs", values), graph.number(1.0)))
        table.put(name, Column("number", graph.add("Mul", graph.add("Sign", values), size)))


def _expect(table: Table, name: str, kind: str) -> str:
    column = table.column(name)
    if column.kind != kind:
        raise NotPortableError("One of its columns changes its kind on the way.")
    return column.tensor


STEPS: dict[str, Callable[[Table, State], None]] = {
    "drop_columns": _drop_columns,
    "frequency_encoding": _frequency_encoding,
    "group_rare_categories": _group_rare_categories,
    "log_transform": _log_transform,
    "missing_indicator": _missing_indicator,
}
