from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.naive_bayes import CategoricalNB

from ..encoder import Feature, Matrix
from ..scikit import dump, load
from .base import CLASSIFIES, Dimension, Family, FitTask, Fitted, Footprint, Values


class NaiveBayesModel(Fitted):
    """`edges`: (features, bins - 1), NaN for a category; `widths`: number of bins of each feature, missing included."""

    def __init__(self, estimator: Any, edges: Values, widths: npt.NDArray[np.int64]) -> None:
        self._estimator = estimator
        self._edges = edges
        self._widths = widths

    def predict(self, matrix: Matrix) -> Values:
        return np.asarray(self._estimator.predict_proba(binned(matrix, self._edges, self._widths)), dtype=np.float64)

    def save(self, folder: Path) -> None:
        (folder / "model.skops").write_bytes(dump(self._estimator))
        np.save(folder / "edges.npy", self._edges)
        np.save(folder / "widths.npy", self._widths)


class NaiveBayes(Family):
    key = "naive_bayes"
    label = "Naive Bayes"
    description = "Counts of classes by quantile bin or category, as if the columns were independent."
    tasks = CLASSIFIES
    order = 30
    footprint = Footprint(15.0)
    strength = 90
    effort = 0.3
    defaults = {"bins": 12, "smoothing": 1.0}
    space = {
        "bins": Dimension("INTEGER", 4, 40, True, limits=(2, 200)),
        "smoothing": Dimension("NUMBER", 0.01, 30.0, True, limits=(1e-4, 1e4)),
    }

    def fit(self, task: FitTask) -> Fitted:
        bins = task.integer("bins")
        edges = np.full((len(task.features), bins - 1), np.nan)
        widths = np.empty(len(task.features), dtype=np.int64)
        for place, feature in enumerate(task.features):
            values = task.matrix[:, place]
            if feature.kind == "category":
                widths[place] = feature.levels + 1
                continue
            widths[place] = bins + 1
            if not np.isnan(values).all():
                edges[place] = np.nanquantile(values, np.linspace(0, 1, bins + 1)[1:-1])
        estimator = CategoricalNB(alpha=task.number("smoothing"), min_categories=widths)
        estimator.fit(binned(task.matrix, edges, widths), task.truth)
        return NaiveBayesModel(estimator, edges, widths)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return NaiveBayesModel(
            load(folder / "model.skops"),
            np.load(folder / "edges.npy", allow_pickle=False),
            np.load(folder / "widths.npy", allow_pickle=False),
        )


def binned(matrix: Matrix, edges: Values, widths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bin numbers; the last bin of a feature is for what is missing."""
    result = np.empty(matrix.shape, dtype=np.int64)
    for place in range(matrix.shape[1]):
        values = matrix[:, place].astype(np.float64)
        last = widths[place] - 1
        if np.isnan(edges[place]).all():
            codes = np.nan_to_num(values, nan=last)
        else:
            codes = np.where(np.isnan(values), last, np.searchsorted(edges[place], values, side="right"))
        result[:, place] = np.clip(codes, 0, last)
    return result


FAMILY = NaiveBayes()
