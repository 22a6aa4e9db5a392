"""Mean squared distance of the probabilities from the truth; two classes: of one of them."""

from __future__ import annotations

import numpy as np

from .base import CLASSIFICATION, Metric, Truth, Values


class Brier(Metric):
    key = "brier"
    label = "Brier score"
    tasks = CLASSIFICATION
    greater_is_better = False
    order = 80
    needs_probabilities = True
    bounds = (0.0, 2.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        rest = prediction.copy()
        rest[np.arange(len(truth)), truth.astype(np.int64)] -= 1.0
        total = float(np.mean(np.sum(rest * rest, axis=1)))
        return total / 2 if prediction.shape[1] == 2 else total


METRIC = Brier()
