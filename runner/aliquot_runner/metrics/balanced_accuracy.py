"""Mean recall over the classes that occur."""

from __future__ import annotations

import numpy as np

from .base import CLASSIFICATION, Metric, Truth, Values, confusion


class BalancedAccuracy(Metric):
    key = "balanced_accuracy"
    label = "Balanced accuracy"
    tasks = CLASSIFICATION
    greater_is_better = True
    order = 40
    bounds = (0.0, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        counts = confusion(truth, prediction)
        present = counts.sum(axis=1) > 0
        return float(np.mean(np.diag(counts)[present] / counts.sum(axis=1)[present]))


METRIC = BalancedAccuracy()
