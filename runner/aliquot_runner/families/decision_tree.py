from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ..encoder import Feature
from ..scikit import ScikitModel, load_scikit
from .base import Dimension, Family, FitTask, Fitted, Footprint


class DecisionTree(Family):
    key = "decision_tree"
    label = "Decision Tree"
    description = "One tree of yes/no questions; quick and readable."
    order = 10
    footprint = Footprint(6.0)
    strength = 80
    effort = 0.3
    defaults = {"max_depth": 8, "min_samples_leaf": 10, "ccp_alpha": 0.0}
    space = {
        "max_depth": Dimension("INTEGER", 2, 20, limits=(1, 64)),
        "min_samples_leaf": Dimension("INTEGER", 2, 100, True, limits=(1, 10_000)),
    }

    def fit(self, task: FitTask) -> Fitted:
        settings: dict[str, Any] = {
            "max_depth": task.integer("max_depth"),
            "min_samples_leaf": max(1, min(task.integer("min_samples_leaf"), len(task.truth) // 10)),
            "ccp_alpha": task.number("ccp_alpha"),
            "random_state": task.seed % 2**31,
        }
        kind = DecisionTreeClassifier if task.classes else DecisionTreeRegressor
        return ScikitModel(kind(**settings).fit(task.matrix, task.truth), task.classes)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return load_scikit(folder, classes)


FAMILY = DecisionTree()
