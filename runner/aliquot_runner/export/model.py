"""A model archive as one ONNX file: every fold's table, its members' predictions, and their weighted mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto

from ..archive import model_folder
from ..crosses import ALMOST_ZERO, PARAMETER
from ..encoder import LARGEST
from . import boosters, others
from .graph import Graph, NotPortableError
from .inputs import Table, kind_of, matrix_of
from .steps import apply_step

Prediction = Callable[[Graph, str, Path, int], str]
"""Of a fitted model: (rows, classes) probabilities, or (rows, 1) values."""

OUTPUTS = ("label", "prediction", "probabilities")
FORMAT = "1"
OPERATORS = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div"}


def compose(manifest: Mapping[str, Any], folder: Path, members: Sequence[Mapping[str, Any]]) -> bytes:
    """The ONNX file of these members of the archive unpacked in `folder`. Raises NotPortableError.

    Classes: `probabilities` (rows, classes) in the order of the metadata's `classes`, and `label`. Regression:
    `prediction` (rows, 1).
    """
    if manifest.get("prepared"):
        raise NotPortableError("Its rows are made by code of your own, which a graph cannot run.")
    _check_names([column["label"] for column in manifest["columns"]])
    graph = Graph()
    table = Table(graph, manifest["columns"])
    classes = manifest["classes"]
    total: str | None = None
    for fold in sorted({fold for member in members for fold in member["folds"]}):
        matrix = _matrix(table.of_fold(), folder / "preparation" / f"{fold}.json")
        for member in members:
            if fold in member["folds"]:
                part = _fold_prediction(graph, matrix, member["algorithm"], model_folder(folder, member, fold))
                share = graph.number(member["weight"] / len(member["folds"]))
                weighted = graph.add("Mul", part, share)
                total = weighted if total is None else graph.add("Add", total, weighted)
    if total is None:
        raise NotPortableError("It has no members.")
    outputs = {"prediction": (total, TensorProto.DOUBLE, 1)}
    if classes:
        place = graph.add("ArgMax", total, axis=1, keepdims=0)
        label = graph.add("Gather", graph.constant(np.array(classes, dtype=object)), place)
        outputs = {
            "probabilities": (total, TensorProto.DOUBLE, len(classes)),
            "label": (label, TensorProto.STRING, 0),
        }
    return graph.model(outputs, _notes(manifest, graph.inputs()))


def prediction_of(algorithm: str) -> Prediction | None:
    """The function that is named after the algorithm; None where a graph cannot hold it."""
    found: Prediction | None = None
    for module in (boosters, others):
        found = found or getattr(module, f"{algorithm}_prediction", None)
    return found


def _check_names(labels: list[str]) -> None:
    if len(set(labels)) < len(labels):
        raise NotPortableError("Two of its columns have the same name.")
    taken = [label for label in labels if not label or label in OUTPUTS or label.startswith("aliquot:")]
    if taken:
        raise NotPortableError(f"A column is called “{taken[0]}”, as a part of the graph is.")


def _matrix(table: Table, preparation: Path) -> str:
    state = json.loads(preparation.read_text(encoding="utf-8"))
    for step in state["steps"]:
        apply_step(table, step)
    return matrix_of(table, state["encoder"])


def _fold_prediction(graph: Graph, matrix: str, algorithm: str, part: Path) -> str:
    """As `FoldModel.predict`, of the model in the folder `part`."""
    state = json.loads((part / "model.json").read_text(encoding="utf-8"))
    classes, present = int(state["classes"]), [int(number) for number in state["present"]]
    if state["constant"]:
        rows = graph.add("Shape", matrix, start=0, end=1)
        shape = graph.add("Concat", rows, graph.constant(np.array([max(1, classes)])), axis=0)
        return graph.add("Expand", graph.constant(np.array([state["constant"]], dtype=np.float64)), shape)
    predict = prediction_of(algorithm)
    if predict is None:
        raise NotPortableError("Its algorithm has no form in a graph.")
    given = predict(graph, _crossed(graph, matrix, state.get(PARAMETER, [])), part, len(present))
    if classes == 0:
        if not state["logarithmic"]:
            return given
        limited = graph.add("Clip", given, graph.number(-50.0), graph.number(50.0))
        return graph.add("Sub", graph.add("Exp", limited), graph.number(1.0))
    if len(present) == classes:
        return given
    return graph.add("MatMul", given, graph.constant(np.eye(classes)[present]))


def _crossed(graph: Graph, matrix: str, crosses: Sequence[tuple[str, int, int]]) -> str:
    """As `crosses.extended`."""
    blocks = [matrix]
    for operator, *places in crosses:
        first, second = (graph.add("Gather", matrix, graph.constant(np.array([place])), axis=1) for place in places)
        if operator == "/":
            is_safe = graph.add("Greater", graph.add("Abs", second), graph.number(ALMOST_ZERO))
            second = graph.add("Where", is_safe, second, graph.number(float("nan")))
        made = graph.add(OPERATORS[operator], first, second)
        limit = graph.number(LARGEST)
        is_large = graph.add("Greater", graph.add("Abs", made), limit)
        limited = graph.add("Where", is_large, graph.add("Mul", graph.add("Sign", made), limit), made)
        blocks.append(graph.cast(graph.cast(limited, TensorProto.FLOAT), TensorProto.DOUBLE))
    return graph.add("Concat", *blocks, axis=1) if crosses else matrix


def _notes(manifest: Mapping[str, Any], inputs: list[str]) -> dict[str, str]:
    kinds = {column["label"]: kind_of(column) for column in manifest["columns"]}
    return {
        "format": FORMAT,
        "task": manifest["task"],
        "classes": json.dumps(manifest["classes"], ensure_ascii=False),
        "inputs": json.dumps({name: kinds[name] for name in inputs}, ensure_ascii=False),
    }
