"""Area under the ROC curve; several classes: mean of one against the rest."""

from __future__ import annotations

from .base import CLASSIFICATION, Metric, Truth, Values
from .ranking import area_under_roc, over_classes


class RocAuc(Metric):
    key = "roc_auc"
    label = "ROC AUC"
    tasks = CLASSIFICATION
    greater_is_better = True
    order = 10
    needs_probabilities = True
    bounds = (0.0, 1.0)

    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        if prediction.shape[1] == 2:
            return area_under_roc(truth == positive, prediction[:, positive])
        return over_classes(area_under_roc, truth, prediction)


METRIC = RocAuc()
