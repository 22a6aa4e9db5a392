"""Sums, differences, products and quotients of the numbers that tell most, as further columns of the matrix.

A tree needs many splits for a ratio and a linear model has none for a product. Which are worth a column is learned from
the training rows of one fold: a short model of all candidates must gain more by one than by any that was shuffled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from .encoder import LARGEST, Feature, Matrix
from .families.base import FitTask

PARAMETER = "crosses"
"""Of the families that may be given crosses: whether they are."""
BEST_NUMBERS = 6
MOST = 10
SHUFFLED = 10
ENOUGH_ROWS = 3_000
"""The choice is made on so many rows, drawn by the seed."""
MOST_FEATURES = 1_000
"""Times classes. Where there are more, none is looked for: it would take longer than the fit."""
ROUNDS, ROUNDS_OF_CLASSES = 60, 30
ALMOST_ZERO = 1e-9

Cross = tuple[str, int, int]
"""Operator and the places of its two columns."""


def chosen_crosses(task: FitTask) -> list[Cross]:
    """At most ten, the best first; those of an earlier fit of the same task where it is told of one."""
    if PARAMETER in task.decided:
        return read_crosses(json.loads(str(task.decided[PARAMETER])))
    if len(task.features) * max(1, task.classes) > MOST_FEATURES:
        return []
    generator = np.random.default_rng(task.seed)
    rows = np.sort(generator.permutation(len(task.truth))[:ENOUGH_ROWS])
    some = task.rows(rows)
    gains = _gains(some, some.matrix)
    order = np.argsort(-gains, kind="stable")
    numbers = [place for place in order if some.features[place].kind == "number" and gains[place] > 0]
    candidates = [
        (operator, int(first), int(second))
        for one, other in combinations(sorted(numbers[:BEST_NUMBERS]), 2)
        for operator, first, second in (
            ("+", one, other),
            ("-", one, other),
            ("*", one, other),
            ("/", one, other),
            ("/", other, one),
        )
    ]
    if not candidates:
        return []
    made = columns_of(some.matrix, candidates)
    drawn = generator.permutation(len(candidates))[:SHUFFLED]
    shuffled = [made[generator.permutation(len(rows)), place] for place in drawn]
    width = len(task.features)
    gains = _gains(some, np.column_stack([some.matrix, made, *shuffled]))[width:]
    found, chance = gains[: len(candidates)], gains[len(candidates) :].max()
    best = np.argsort(-found, kind="stable")[:MOST]
    return [candidates[place] for place in best if found[place] > chance]


def with_crosses(task: FitTask, crosses: Sequence[Cross]) -> FitTask:
    return replace(task, matrix=extended(task.matrix, crosses), features=[*task.features, *features_of(crosses)])


def features_of(crosses: Sequence[Cross]) -> list[Feature]:
    """Their sources are not columns of the data: what they matter is told by `shared`."""
    return [Feature(f"{first} {operator} {second}", "cross", "number") for operator, first, second in crosses]


def extended(matrix: Matrix, crosses: Sequence[Cross]) -> Matrix:
    return np.concatenate([matrix, columns_of(matrix, crosses)], axis=1) if crosses else matrix


def columns_of(matrix: Matrix, crosses: Sequence[Cross]) -> Matrix:
    """(rows, crosses) float32, in double precision up to there; NaN where a part is missing or the divisor is 0."""
    made = np.empty((len(matrix), len(crosses)), dtype=np.float32)
    for place, (operator, first, second) in enumerate(crosses):
        one, other = matrix[:, first].astype(np.float64), matrix[:, second].astype(np.float64)
        if operator == "+":
            values = one + other
        elif operator == "-":
            values = one - other
        elif operator == "*":
            values = one * other
        else:
            values = one / np.where(np.abs(other) > ALMOST_ZERO, other, np.nan)
        made[:, place] = np.clip(values, -LARGEST, LARGEST)
    return made


def shared(figures: npt.NDArray[np.float64], crosses: Sequence[Cross]) -> npt.NDArray[np.float64]:
    """Importance by feature of the table: that of a cross goes to its two columns, half to each."""
    width = len(figures) - len(crosses)
    result = figures[:width].copy()
    for (_, first, second), figure in zip(crosses, figures[width:], strict=True):
        result[first] += figure / 2
        result[second] += figure / 2
    return result


def written_crosses(crosses: Sequence[Cross]) -> str:
    return json.dumps(crosses)


def read_crosses(document: Sequence[Sequence[Any]]) -> list[Cross]:
    return [(str(operator), int(first), int(second)) for operator, first, second in document]


def _gains(task: FitTask, matrix: Matrix) -> npt.NDArray[np.float64]:
    """Of each column, in a short model of its own parameters: the same whatever is fitted afterwards."""
    settings: dict[str, Any] = {
        "objective": "regression" if task.classes == 0 else "binary" if task.classes == 2 else "multiclass",
        "learning_rate": 0.1,
        "num_leaves": 15,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "num_threads": 1,
        "seed": task.seed % 2**31,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    if task.classes > 2:
        settings["num_class"] = task.classes
    categories = [place for place, feature in enumerate(task.features) if feature.kind == "category"]
    data = lightgbm.Dataset(matrix, task.truth, categorical_feature=categories, params={"verbosity": -1})
    rounds = ROUNDS_OF_CLASSES if task.classes > 2 else ROUNDS
    booster = lightgbm.train(settings, data, rounds)
    return np.asarray(booster.feature_importance("gain"), dtype=np.float64)
