"""Average precision of the rarer of two classes; several: mean of one against the rest."""

from __future__ import annotations

from .base import CLASSIFICATION, Metric, Truth, Values
from .ranking import average_precision, over_classes


class AveragePrecision(Metric):
    key = "average_precision"
    label = "Average precision"
    tasks = CLASSIFICATION
    greater_is_better = True
    order = 70
    needs_probabilities = True
    bounds = (0.0, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        if prediction.shape[1] == 2:
            return average_precision(truth == positive, prediction[:, positive])
        return over_classes(average_precision, truth, prediction)


METRIC = AveragePrecision()
