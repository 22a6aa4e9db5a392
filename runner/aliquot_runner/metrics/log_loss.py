"""Mean negative logarithm of the probability of the true class, clipped at machine epsilon."""

from __future__ import annotations

import numpy as np

from .base import CLASSIFICATION, Metric, Truth, Values


class LogLoss(Metric):
    key = "log_loss"
    label = "Log loss"
    tasks = CLASSIFICATION
    greater_is_better = False
    order = 20
    needs_probabilities = True
    bounds = (0.0, np.inf)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        chosen = prediction[np.arange(len(truth)), truth.astype(np.int64)]
        return float(-np.mean(np.log(np.clip(chosen, np.finfo(np.float64).eps, 1.0))))


METRIC = LogLoss()
