"""Mean absolute error as a share of the truth (0.1 is 10 %); undefined where a truth is 0."""

from __future__ import annotations

import numpy as np

from .base import REGRESSION, Metric, Truth, Values


class Mape(Metric):
    key = "mape"
    label = "Mean absolute percentage error"
    tasks = REGRESSION
    greater_is_better = False
    order = 40
    bounds = (0.0, np.inf)
    learns = "ABSOLUTE"

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        if np.any(truth == 0):
            return None
        return float(np.mean(np.abs((truth - prediction) / truth)))


METRIC = Mape()
