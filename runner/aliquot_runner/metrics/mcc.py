"""Matthews correlation for any number of classes; 0 where a side has only one class."""

from __future__ import annotations

import numpy as np

from .base import CLASSIFICATION, Metric, Truth, Values, confusion


class Mcc(Metric):
    key = "mcc"
    label = "Matthews correlation"
    tasks = CLASSIFICATION
    greater_is_better = True
    order = 60
    bounds = (-1.0, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        counts = confusion(truth, prediction).astype(np.float64)
        rows, columns, total = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
        spread = (total**2 - rows @ rows) * (total**2 - columns @ columns)
        return float((np.trace(counts) * total - rows @ columns) / np.sqrt(spread)) if spread > 0 else 0.0


METRIC = Mcc()
