"""RMSE of log(1 + value), predictions below 0 taken as 0; undefined where a truth is negative."""

from __future__ import annotations

import numpy as np

from .base import REGRESSION, Metric, Truth, Values


class Rmsle(Metric):
    key = "rmsle"
    label = "RMSLE"
    tasks = REGRESSION
    greater_is_better = False
    order = 60
    bounds = (0.0, np.inf)
    learns = "LOGARITHMIC"

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        if np.any(truth < 0):
            return None
        return float(np.sqrt(np.mean((np.log1p(truth) - np.log1p(np.maximum(prediction, 0.0))) ** 2)))


METRIC = Rmsle()
