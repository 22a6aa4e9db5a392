from __future__ import annotations

from typing import Any

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from ..forest import Forest
from .base import Dimension, FitTask, Footprint


class ExtraTrees(Forest):
    key = "extra_trees"
    label = "Extra Trees"
    description = "Average of deep trees with random split points; smoother than a random forest."
    order = 70
    footprint = Footprint(24.0)
    strength = 40
    defaults = {"trees": 200, "min_samples_leaf": 3, "max_features": 0.5}
    space = {
        "min_samples_leaf": Dimension("INTEGER", 1, 30, True, limits=(1, 10_000)),
        "max_features": Dimension("NUMBER", 0.1, 1.0, limits=(0.01, 1.0)),
    }

    def estimator(self, task: FitTask, settings: dict[str, Any]) -> Any:
        if task.classes:
            return ExtraTreesClassifier(**settings)
        return ExtraTreesRegressor(**settings, criterion="squared_error")


FAMILY = ExtraTrees()
