from __future__ import annotations

from typing import Any

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from ..forest import Forest
from .base import Dimension, FitTask, Footprint


class RandomForest(Forest):
    key = "random_forest"
    label = "Random Forest"
    description = "Average of deep trees on resampled rows; robust, hardly needs tuning."
    order = 80
    footprint = Footprint(14.0)
    strength = 50
    defaults = {"trees": 200, "min_samples_leaf": 3, "max_features": 0.35}
    space = {
        "min_samples_leaf": Dimension("INTEGER", 1, 30, True, limits=(1, 10_000)),
        "max_features": Dimension("NUMBER", 0.1, 1.0, limits=(0.01, 1.0)),
    }

    def estimator(self, task: FitTask, settings: dict[str, Any]) -> Any:
        if task.classes:
            return RandomForestClassifier(**settings)
        return RandomForestRegressor(**settings, criterion="squared_error")


FAMILY = RandomForest()
