"""Share of rows whose most probable class is the true one."""

from __future__ import annotations

import numpy as np

from .base import CLASSIFICATION, Metric, Truth, Values


class Accuracy(Metric):
    key = "accuracy"
    label = "Accuracy"
    tasks = CLASSIFICATION
    greater_is_better = True
    order = 30
    bounds = (0.0, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        return float(np.mean(prediction.argmax(axis=1) == truth))


METRIC = Accuracy()
