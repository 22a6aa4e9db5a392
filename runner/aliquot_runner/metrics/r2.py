"""Share of the variance explained; undefined for a constant target."""

from __future__ import annotations

import numpy as np

from .base import REGRESSION, Metric, Truth, Values


class R2(Metric):
    key = "r2"
    label = "R²"
    tasks = REGRESSION
    greater_is_better = True
    order = 30
    bounds = (-np.inf, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        spread = float(np.sum((truth - truth.mean()) ** 2))
        return 1 - float(np.sum((truth - prediction) ** 2)) / spread if spread > 0 else None


METRIC = R2()
