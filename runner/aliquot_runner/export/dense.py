"""Products of an adapter's columns with weights. One-hot columns are never made: their row of weights is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto

from ..dense import LIMIT_IN_DEVIATIONS, Dense
from .graph import Graph


def scaled_numbers(graph: Graph, matrix: str, dense: Dense) -> str:
    """(rows, numbers): filled, in deviations, rounded to single precision."""
    block = graph.add("Gather", matrix, graph.constant(np.array(dense.numbers, dtype=np.int64)), axis=1)
    filled = graph.where_missing(block, graph.constant(dense.medians.reshape(1, -1)), block)
    centred = graph.add("Sub", filled, graph.constant(dense.means.reshape(1, -1)))
    scaled = graph.add("Div", centred, graph.constant(dense.scales.reshape(1, -1)))
    limited = graph.add("Clip", scaled, graph.number(-LIMIT_IN_DEVIATIONS), graph.number(LIMIT_IN_DEVIATIONS))
    return graph.cast(graph.cast(limited, TensorProto.FLOAT), TensorProto.DOUBLE)


def width_of(dense: Dense) -> int:
    return len(dense.numbers) + sum(levels + 1 for _, levels in dense.categories)


def product(graph: Graph, matrix: str, numbers: str, dense: Dense, weights: Any, bias: Any) -> str:
    """(rows, outputs) of (dense columns, outputs) weights."""
    total = graph.constant(np.asarray(bias, dtype=np.float64).reshape(1, -1))
    if dense.numbers:
        total = graph.add("Add", times(graph, numbers, weights[: len(dense.numbers)]), total)
    begin = len(dense.numbers)
    for place, levels in dense.categories:
        column = graph.add("Gather", matrix, graph.constant(np.array(place, dtype=np.int64)), axis=1)
        most = graph.number(float(levels))
        code = graph.add("Min", graph.where_missing(column, most, column), most)
        table = graph.constant(np.asarray(weights[begin : begin + levels + 1], dtype=np.float64))
        total = graph.add("Add", total, graph.add("Gather", table, graph.cast(code, TensorProto.INT64), axis=0))
        begin += levels + 1
    return total


def times(graph: Graph, block: str, weights: Any) -> str:
    return graph.add("MatMul", block, graph.constant(np.asarray(weights, dtype=np.float64)))
