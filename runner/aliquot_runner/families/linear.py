from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss

from ..encoder import Feature, Matrix
from ..scikit import dump, load, quietly
from ..splines import Splines
from .base import Dimension, Family, FitTask, Fitted, Footprint, Scalar, Values
from .boosting import Index, watched_rows

PENALTIES = (1000.0, 200.0, 40.0, 8.0, 1.6, 0.3, 0.06, 0.012)
FIRST = 3
"""Tried from this place on while they help on watched rows: weaker ones, and stronger ones where none of them helps."""
FITS_IN_TIME = 12
"""For so many fits by each part there has to be time; otherwise there are fewer parts."""
MINIMUM_ROWS = 60
PARTS = 5
ROWS_IN_PARTS = 4_000
DOUBLE_UP_TO_CELLS = 20_000_000


class LinearModel(Fitted):
    def __init__(self, estimator: Any, splines: Splines, classes: int, penalty: float) -> None:
        self._estimator = estimator
        self._splines = splines
        self._classes = classes
        self._penalty = penalty

    def predict(self, matrix: Matrix) -> Values:
        ask = self._estimator.predict_proba if self._classes else self._estimator.predict
        with quietly(1):
            return np.asarray(ask(self._splines.transform(matrix)), dtype=np.float64)

    def save(self, folder: Path) -> None:
        (folder / "model.skops").write_bytes(dump(self._estimator))
        self._splines.save(folder)

    def importance(self) -> Values:
        return self._splines.by_feature(np.abs(np.atleast_2d(self._estimator.coef_)).mean(axis=0))

    def chosen(self) -> dict[str, Scalar]:
        return {"penalty": self._penalty}


class Linear(Family):
    key = "linear"
    label = "Linear model"
    description = "Logistic regression for classes, ridge regression for numbers, on splines and one-hot inputs."
    order = 20
    footprint = Footprint(116.0)
    strength = 35
    effort = 2.0
    defaults = {"penalty": None, "max_steps": 200, "crosses": False}
    space = {"penalty": Dimension("NUMBER", 1e-2, 1e3, True, limits=(1e-6, 1e6))}

    def fit(self, task: FitTask) -> Fitted:
        splines = Splines.fit(task.matrix, task.features)
        inputs = splines.transform(task.matrix)
        if inputs.size <= DOUBLE_UP_TO_CELLS:
            inputs = inputs.astype(np.float64)
        with quietly(task.threads):
            penalty = task.decided.get("penalty", task.parameters["penalty"])
            chosen = _penalty(task, inputs) if penalty is None else float(penalty)
            estimator = _estimator(task, chosen).fit(inputs, task.truth)
        model = LinearModel(estimator, splines, task.classes, chosen)
        model.decided = model.chosen()
        return model

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return LinearModel(load(folder / "model.skops"), Splines.load(folder), classes, 0.0)


def _estimator(task: FitTask, penalty: float) -> Any:
    if task.classes:
        return LogisticRegression(C=1 / penalty, max_iter=task.integer("max_steps"))
    return Ridge(alpha=penalty)


def _penalty(task: FitTask, inputs: Any) -> float:
    """The penalty with the least loss on watched rows, on each of the parts in turn while the table is small."""
    parts = _parts(task)
    if not parts:
        return PENALTIES[FIRST]

    def loss(place: int, some: list[tuple[Index, Index]]) -> float:
        total = 0.0
        for learn, watch in some:
            model = _estimator(task, PENALTIES[place]).fit(inputs[learn], task.truth[learn])
            total += loss_of(task, model, inputs[watch], task.truth[watch]) * len(watch)
        return total

    began = time.monotonic()
    first = loss(FIRST, parts[:1])
    a_fit = time.monotonic() - began
    affordable = task.seconds_left() / (FITS_IN_TIME * max(a_fit, 1e-6))
    used = parts[: max(1, int(min(len(parts), affordable)))]
    losses = {FIRST: first + loss(FIRST, used[1:])}
    for step in (1, -1):
        place = FIRST
        while 0 <= place + step < len(PENALTIES) and 2 * a_fit * len(used) < task.seconds_left():
            place += step
            losses[place] = loss(place, used)
            if losses[place] > min(losses.values()):
                break
        if min(losses, key=losses.__getitem__) != FIRST:
            break
    return PENALTIES[min(losses, key=losses.__getitem__)]


def _parts(task: FitTask) -> list[tuple[Index, Index]]:
    if len(task.truth) < MINIMUM_ROWS:
        return []
    if len(task.truth) > ROWS_IN_PARTS:
        return [watched_rows(task)]
    order = np.random.default_rng(task.seed).permutation(len(task.truth))
    if task.classes:
        order = order[np.argsort(task.truth[order], kind="stable")]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) % PARTS
    parts = [(np.flatnonzero(number != part), np.flatnonzero(number == part)) for part in range(PARTS)]
    if task.classes and any(len(np.unique(task.truth[learn])) < task.classes for learn, _ in parts):
        return []
    return parts


def loss_of(task: FitTask, model: Any, inputs: Any, truth: Any) -> float:
    if task.classes:
        return float(log_loss(truth, model.predict_proba(inputs), labels=model.classes_))
    return float(np.mean((model.predict(inputs) - truth) ** 2))


FAMILY = Linear()
