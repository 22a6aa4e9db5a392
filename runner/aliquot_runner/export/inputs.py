"""The typed frame inside a graph: from the user's columns to the matrix of one fold.

Inputs are named as the user's columns. Numbers are doubles, missing ones NaN. Texts are strings as they stand in the
data, missing ones empty. Dates are days since 1970-01-01 in UTC with their fraction, missing ones NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from onnx import TensorProto

from ..encoder import LARGEST
from ..protocol import RunColumn
from ..table import NUMERIC
from .graph import Graph, NotPortableError

NOTES = {
    "number": "A number; NaN where it is missing.",
    "date": "Days since 1970-01-01 (UTC) with their fraction; NaN where it is missing.",
    "text": "Text as it stands in the data; empty where it is missing.",
}
MICROSECONDS_A_DAY = 86_400_000_000

Kind = Literal["number", "date", "text"]


@dataclass(frozen=True)
class Column:
    kind: Kind
    tensor: str


class Table:
    """Columns by their names inside the runner. A column becomes an input when it is first asked for."""

    def __init__(self, graph: Graph, columns: Sequence[RunColumn]) -> None:
        self.graph = graph
        self._raw = {column["name"]: column for column in columns}
        self._made: dict[str, Column] = {}

    def of_fold(self) -> Table:
        """The same inputs, to be changed by the steps of one fold."""
        copy = Table(self.graph, [])
        copy._raw = dict(self._raw)
        copy._made = dict(self._made)
        return copy

    def has(self, name: str) -> bool:
        return name in self._made or name in self._raw

    def column(self, name: str) -> Column:
        if name not in self._made:
            if name not in self._raw:
                raise NotPortableError("Its table has columns that a graph cannot make.")
            self._made[name] = self._input(self._raw[name])
        return self._made[name]

    def put(self, name: str, column: Column) -> None:
        self._made[name] = column

    def drop(self, name: str) -> None:
        self._made.pop(name, None)
        self._raw.pop(name, None)

    def _input(self, column: RunColumn) -> Column:
        kind = kind_of(column)
        tensor_kind = TensorProto.STRING if kind == "text" else TensorProto.DOUBLE
        tensor = self.graph.input(column["label"], tensor_kind, NOTES[kind])
        if kind == "text":
            return Column(kind, tensor)
        finite = self.graph.add("Where", self.graph.add("IsInf", tensor), self.graph.number(np.nan), tensor)
        return Column(kind, finite)


def kind_of(column: RunColumn) -> Kind:
    if column["type"] in NUMERIC:
        return "number"
    return "date" if column["type"] == "datetime" else "text"


def matrix_of(table: Table, encoder: Sequence[Mapping[str, Any]]) -> str:
    """(rows, features) doubles that are rounded to single precision, as `Encoder.transform` gives them."""
    blocks = [block for column in encoder for block in _encoded(table, column)]
    if not blocks:
        raise NotPortableError("It has no columns to learn from.")
    graph = table.graph
    whole = graph.add("Concat", *blocks, axis=1)
    limit = graph.number(LARGEST)
    is_large = graph.add("Greater", graph.add("Abs", whole), limit)
    limited = graph.add("Where", is_large, graph.add("Mul", graph.add("Sign", whole), limit), whole)
    return graph.cast(graph.cast(limited, TensorProto.FLOAT), TensorProto.DOUBLE)


def microseconds(graph: Graph, days: str) -> str:
    """Since 1970-01-01, whole, as doubles; NaN stays."""
    return graph.add("Round", graph.add("Mul", days, graph.number(float(MICROSECONDS_A_DAY))))


def _encoded(table: Table, column: Mapping[str, Any]) -> list[str]:
    graph = table.graph
    given = table.column(column["name"])
    wanted = {"datetime": "date", "number": "number"}.get(column["kind"], "text")
    if given.kind != wanted:
        raise NotPortableError("One of its columns changes its kind on the way.")
    if column["kind"] == "number":
        return [given.tensor]
    if column["kind"] == "datetime":
        origin = float(pd.Timestamp(column["minimum"]).value // 1_000)
        since = graph.add("Sub", microseconds(graph, given.tensor), graph.number(origin))
        return [graph.add("Div", since, graph.number(float(MICROSECONDS_A_DAY)))]
    if set(column["extras"]) - {"frequency"}:
        raise NotPortableError("It reads free text, whose letters and words a graph cannot count.")
    blocks = []
    if column["vocabulary"]:
        codes = {text: float(place) for place, text in enumerate(column["vocabulary"])}
        blocks.append(graph.lookup(given.tensor, codes, np.nan))
    if "frequency" in column["extras"]:
        often = {text: float(np.log1p(count)) for text, count in column["counts"].items()}
        blocks.append(graph.lookup(given.tensor, {**often, "": np.nan}, 0.0))
    if "means" in column:
        blocks.extend(_means(graph, given.tensor, column["means"]))
    return blocks


def _means(graph: Graph, texts: str, means: Mapping[str, Any]) -> list[str]:
    """A column for each output, of figures of the level; those of unknown levels are the prior."""
    return [
        graph.lookup(
            texts,
            {**{text: figures[place] for text, figures in means["levels"].items()}, "": means["missing"][place]},
            means["prior"][place],
        )
        for place in range(len(means["outputs"]))
    ]
