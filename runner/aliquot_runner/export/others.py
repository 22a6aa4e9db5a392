"""What is not boosted: linear models, networks, trees and forests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto

from ..dense import Dense
from ..scikit import load
from ..splines import BEND, Splines
from .boosters import both
from .dense import product, scaled_numbers, times, width_of
from .graph import Graph
from .trees import AT_MOST, Split, Tree, Trees


def linear_prediction(graph: Graph, matrix: str, folder: Path, classes: int) -> str:
    estimator = load(folder / "model.skops")
    splines = Splines.load(folder)
    weights = np.atleast_2d(estimator.coef_).T
    numbers = scaled_numbers(graph, matrix, splines.dense)
    place = width_of(splines.dense)
    raw = product(graph, matrix, numbers, splines.dense, weights[:place], estimator.intercept_)
    for knot in splines.knots.T:
        used = np.flatnonzero(~np.isnan(knot))
        bent = graph.add("Sub", _columns(graph, numbers, used), graph.constant(_single(knot[used]).reshape(1, -1)))
        slopes = weights[place : place + len(used)] * float(BEND)
        raw = graph.add("Add", raw, times(graph, graph.add("Max", bent, graph.number(0.0)), slopes))
        place += len(used)
    if splines.gaps:
        marks = graph.cast(graph.add("IsNaN", _columns(graph, matrix, splines.gaps)), TensorProto.DOUBLE)
        raw = graph.add("Add", raw, times(graph, marks, weights[place:]))
    if classes == 2:
        return both(graph, graph.add("Sigmoid", raw))
    return graph.add("Softmax", raw, axis=1) if classes else raw


def mlp_prediction(graph: Graph, matrix: str, folder: Path, classes: int) -> str:
    with np.load(folder / "network.npz", allow_pickle=False) as arrays:
        weights = [arrays[f"w{place}"].astype(np.float64) for place in range(len(arrays.files) - 2)]
        waves, (mean, scale) = arrays["waves"], arrays["target"]
    dense = Dense.load(folder / "dense.json")
    numbers = scaled_numbers(graph, matrix, dense)
    place = width_of(dense)
    values = product(graph, matrix, numbers, dense, weights[0][:place], weights[1])
    for wave in waves:
        angles = graph.add("Mul", numbers, graph.constant(_single(2 * np.pi * wave).reshape(1, -1)))
        for curve in ("Sin", "Cos"):
            values = graph.add("Add", values, times(graph, graph.add(curve, angles), weights[0][place:][: len(wave)]))
            place += len(wave)
    for number in range(2, len(weights), 2):
        positive = graph.add("Max", values, graph.number(0.0))
        values = graph.add("Add", times(graph, positive, weights[number]), graph.constant(weights[number + 1][None, :]))
    if classes:
        return graph.add("Softmax", values, axis=1)
    return graph.add("Add", graph.add("Mul", values, graph.number(float(scale))), graph.number(float(mean)))


def _columns(graph: Graph, block: str, places: Any) -> str:
    return graph.add("Gather", block, graph.constant(np.array(places, dtype=np.int64)), axis=1)


def _single(values: Any) -> Any:
    return values.astype(np.float32).astype(np.float64)


def trees_prediction(graph: Graph, matrix: str, folder: Path, classes: int) -> str:
    estimator = load(folder / "model.skops")
    members = getattr(estimator, "estimators_", [estimator])
    outputs = classes if classes > 2 else 1
    trees = Trees(outputs)
    for member in members:
        for output in range(outputs):
            wanted = 1 if classes == 2 else output
            trees.add(_tree(member.tree_, wanted, len(members)), output)
    raw = trees.compose(graph, matrix)
    return both(graph, raw) if classes == 2 else raw


decision_tree_prediction = extra_trees_prediction = random_forest_prediction = trees_prediction


def _tree(tree: Any, output: int, share: int) -> Tree:
    values = tree.value[:, 0, output]

    def branch(place: int) -> Tree:
        left = int(tree.children_left[place])
        if left < 0:
            return float(values[place]) / share
        return Split(
            int(tree.feature[place]),
            AT_MOST,
            float(tree.threshold[place]),
            bool(tree.missing_go_to_left[place]),
            branch(left),
            branch(int(tree.children_right[place])),
        )

    return branch(0)
