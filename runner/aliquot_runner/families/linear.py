from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from ..dense import Dense
from ..encoder import Feature
from ..scikit import ScikitModel, load_scikit, quietly
from .base import Dimension, Family, FitTask, Fitted

DOUBLE_UP_TO_CELLS = 20_000_000


class Linear(Family):
    key = "linear"
    label = "Linear model"
    description = "Logistic regression for classes, ridge regression for numbers, on scaled and one-hot inputs."
    order = 20
    strength = 35
    defaults = {"penalty": 1.0, "max_steps": 200}
    space = {"penalty": Dimension("NUMBER", 1e-3, 1e3, True, limits=(1e-6, 1e6))}

    def fit(self, task: FitTask) -> Fitted:
        dense = Dense.fit(task.matrix, task.features)
        penalty = task.number("penalty")
        estimator: Any = (
            LogisticRegression(C=1 / penalty, max_iter=task.integer("max_steps"))
            if task.classes
            else Ridge(alpha=penalty)
        )
        inputs = dense.transform(task.matrix)
        if inputs.size <= DOUBLE_UP_TO_CELLS:
            inputs = inputs.astype(np.float64)
        with quietly(task.threads):
            estimator.fit(inputs, task.truth)
        return ScikitModel(estimator, task.classes, dense)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return load_scikit(folder, classes)


FAMILY = Linear()
