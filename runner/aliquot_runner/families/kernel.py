from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.spatial.distance import cdist, pdist
from sklearn.linear_model import LogisticRegression, Ridge

from ..dense import Dense
from ..encoder import Feature, Matrix
from ..scikit import dump, load, quietly
from .base import Dimension, Family, FitTask, Fitted, Footprint, Scalar, Values
from .boosting import watched_rows
from .linear import loss_of

LANDMARKS = 600
ROWS_TO_CHOOSE_BY = 2_000
WIDTHS = (0.4, 0.8, 1.6)
PENALTIES = (10.0, 1.0, 0.1, 0.01)
LEAST_EIGENVALUE = 1e-7

Inputs = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Kernel:
    """Features whose products approximate exp(-d²/2w²) (Williams and Seeger, 2001): landmarks and their whitening."""

    landmarks: Inputs
    width: float
    whitening: Inputs

    @staticmethod
    def fit(landmarks: Inputs, width: float) -> Kernel:
        values, vectors = eigh(_similarity(landmarks, landmarks, width))
        kept = values > LEAST_EIGENVALUE * values[-1]
        return Kernel(landmarks, width, vectors[:, kept] / np.sqrt(values[kept]))

    def transform(self, inputs: Inputs) -> Inputs:
        return np.asarray(_similarity(inputs, self.landmarks, self.width) @ self.whitening, dtype=np.float64)


def _similarity(left: Inputs, right: Inputs, width: float) -> Inputs:
    return np.asarray(np.exp(cdist(left, right, "sqeuclidean") / (-2 * width * width)), dtype=np.float64)


class KernelModel(Fitted):
    def __init__(self, estimator: Any, dense: Dense, kernel: Kernel, classes: int, penalty: float) -> None:
        self._estimator = estimator
        self._dense = dense
        self._kernel = kernel
        self._classes = classes
        self._penalty = penalty

    def predict(self, matrix: Matrix) -> Values:
        ask = self._estimator.predict_proba if self._classes else self._estimator.predict
        with quietly(1):
            inputs = self._kernel.transform(self._dense.transform(matrix).astype(np.float64))
            return np.asarray(ask(inputs), dtype=np.float64)

    def save(self, folder: Path) -> None:
        self._dense.save(folder / "dense.json")
        (folder / "model.skops").write_bytes(dump(self._estimator))
        kernel = self._kernel
        np.savez(folder / "kernel.npz", landmarks=kernel.landmarks, width=kernel.width, whitening=kernel.whitening)

    def chosen(self) -> dict[str, Scalar]:
        return {"width": self._kernel.width, "penalty": self._penalty}


class KernelFamily(Family):
    key = "kernel"
    label = "Kernel model"
    description = "Ridge or logistic regression on similarities to landmark rows; smooth, for small tables."
    order = 25
    footprint = Footprint(30.0, row=11_000.0)
    strength = 55
    most_rows = 2_000
    least_budget_seconds = 45.0
    defaults = {"width": None, "penalty": None, "landmarks": LANDMARKS}
    space = {
        "width": Dimension("NUMBER", 0.1, 10.0, True, limits=(1e-3, 1e3)),
        "penalty": Dimension("NUMBER", 1e-3, 100.0, True, limits=(1e-6, 1e6)),
    }

    def fit(self, task: FitTask) -> Fitted:
        generator = np.random.default_rng(task.seed)
        dense = Dense.fit(task.matrix, task.features)
        with quietly(task.threads):
            inputs = dense.transform(task.matrix).astype(np.float64)
            rows = generator.permutation(len(inputs))[: min(len(inputs), task.integer("landmarks"))]
            landmarks = inputs[np.sort(rows)]
            usual = float(np.median(pdist(landmarks))) if len(landmarks) > 1 else 1.0
            width, penalty = _choose(task, inputs, landmarks, usual or 1.0)
            kernel = Kernel.fit(landmarks, width)
            estimator = _estimator(task, penalty).fit(kernel.transform(inputs), task.truth)
        model = KernelModel(estimator, dense, kernel, task.classes, penalty)
        model.decided = model.chosen()
        return model

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        with np.load(folder / "kernel.npz", allow_pickle=False) as arrays:
            kernel = Kernel(arrays["landmarks"], float(arrays["width"]), arrays["whitening"])
        return KernelModel(load(folder / "model.skops"), Dense.load(folder / "dense.json"), kernel, classes, 0.0)


def _estimator(task: FitTask, penalty: float) -> Any:
    return LogisticRegression(C=1 / penalty, max_iter=100) if task.classes else Ridge(alpha=penalty)


def _choose(task: FitTask, inputs: Inputs, landmarks: Inputs, usual: float) -> tuple[float, float]:
    """Width and penalty by watched rows; `usual` is the median distance, which the widths are multiples of."""
    if task.decided:
        return float(task.decided["width"] or 0), float(task.decided["penalty"] or 0)
    widths = [usual * share for share in WIDTHS]
    penalties = list(PENALTIES)
    if task.parameters["width"] is not None:
        widths = [task.number("width") * usual]
    if task.parameters["penalty"] is not None:
        penalties = [task.number("penalty")]
    learn, watch = watched_rows(task)
    learn, watch = learn[:ROWS_TO_CHOOSE_BY], watch[:ROWS_TO_CHOOSE_BY]
    best, least = (widths[len(widths) // 2], penalties[0]), np.inf
    if len(watch) < 5 or len(widths) * len(penalties) == 1:
        return best
    for width in widths:
        kernel = Kernel.fit(landmarks, width)
        known, unknown = kernel.transform(inputs[learn]), kernel.transform(inputs[watch])
        former = np.inf
        for penalty in penalties:
            model = _estimator(task, penalty).fit(known, task.truth[learn])
            loss = loss_of(task, model, unknown, task.truth[watch])
            if loss < least:
                best, least = (width, penalty), loss
            if loss > former or task.seconds_left() <= 0:
                break
            former = loss
    return best


FAMILY = KernelFamily()
