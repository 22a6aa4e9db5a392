"""Mean over the classes of 2 precision recall / (precision + recall).

Classes that are neither true nor predicted on these rows are left out.
"""

from __future__ import annotations

import numpy as np

from .base import CLASSIFICATION, Metric, Truth, Values, confusion


class F1Macro(Metric):
    key = "f1_macro"
    label = "F1 (macro)"
    tasks = CLASSIFICATION
    greater_is_better = True
    order = 50
    bounds = (0.0, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        counts = confusion(truth, prediction)
        size = counts.sum(axis=0) + counts.sum(axis=1)
        return float(np.mean(2 * np.diag(counts)[size > 0] / size[size > 0]))


METRIC = F1Macro()
