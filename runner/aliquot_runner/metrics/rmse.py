"""Root of the mean squared error, in the target's unit."""

from __future__ import annotations

import numpy as np

from .base import REGRESSION, Metric, Truth, Values


class Rmse(Metric):
    key = "rmse"
    label = "RMSE"
    tasks = REGRESSION
    greater_is_better = False
    order = 10
    bounds = (0.0, np.inf)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        return float(np.sqrt(np.mean((truth - prediction) ** 2)))


METRIC = Rmse()
