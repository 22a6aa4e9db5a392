"""Median absolute error, in the target's unit."""

from __future__ import annotations

import numpy as np

from .base import REGRESSION, Metric, Truth, Values


class MedianAbsoluteError(Metric):
    key = "median_absolute_error"
    label = "Median absolute error"
    tasks = REGRESSION
    greater_is_better = False
    order = 50
    bounds = (0.0, np.inf)
    learns = "ABSOLUTE"

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        return float(np.median(np.abs(truth - prediction)))


METRIC = MedianAbsoluteError()
