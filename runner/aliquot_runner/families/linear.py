from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression, Ridge

from ..dense import Dense
from ..encoder import Feature
from ..scikit import ScikitModel, load_scikit, quietly
from .base import Dimension, Family, FitTask, Fitted


class Linear(Family):
    key = "linear"
    label = "Linear model"
    description = "Logistic regression for classes, ridge regression for numbers, on scaled and one-hot inputs."
    order = 20
    strength = 35
    defaults = {"penalty": 1.0, "max_steps": 200}
    space = {"penalty": Dimension("NUMBER", 1e-3, 1e3, True)}

    def fit(self, task: FitTask) -> Fitted:
        dense = Dense.fit(task.matrix, task.features)
        penalty = task.number("penalty")
        estimator: Any = (
            LogisticRegression(C=1 / penalty, max_iter=task.integer("max_steps"))
            if task.classes
            else Ridge(alpha=penalty)
        )
        with quietly(task.threads):
            estimator.fit(dense.transform(task.matrix), task.truth)
        return ScikitModel(estimator, task.classes, dense)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return load_scikit(folder, classes)


FAMILY = Linear()
