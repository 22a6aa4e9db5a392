"""Mean absolute error, in the target's unit."""

from __future__ import annotations

import numpy as np

from .base import REGRESSION, Metric, Truth, Values


class Mae(Metric):
    key = "mae"
    label = "Mean absolute error"
    tasks = REGRESSION
    greater_is_better = False
    order = 20
    bounds = (0.0, np.inf)
    learns = "ABSOLUTE"

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        return float(np.mean(np.abs(truth - prediction)))


METRIC = Mae()
