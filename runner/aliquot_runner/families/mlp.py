from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ..dense import Dense
from ..encoder import Feature, Matrix
from ..scikit import ScikitModel, load_scikit, quietly
from .base import Dimension, Family, FitTask, Fitted, Values


class ScaledModel(Fitted):
    """A regression whose network learned the target in standard deviations."""

    def __init__(self, model: ScikitModel, mean: float, scale: float) -> None:
        self._model = model
        self._mean = mean
        self._scale = scale

    def predict(self, matrix: Matrix) -> Values:
        return self._model.predict(matrix) * self._scale + self._mean

    def save(self, folder: Path) -> None:
        self._model.save(folder)
        np.save(folder / "target.npy", np.array([self._mean, self._scale]))


class Mlp(Family):
    key = "mlp"
    label = "Neural network"
    description = "A multilayer perceptron on scaled and one-hot inputs."
    order = 100
    strength = 60
    is_default = False
    defaults = {"width": 96, "layers": 2, "penalty": 1e-3, "learning_rate": 2e-3, "max_epochs": 60}
    space = {
        "width": Dimension("INTEGER", 16, 256, True, limits=(4, 1024)),
        "layers": Dimension("INTEGER", 1, 3, limits=(1, 6)),
        "penalty": Dimension("NUMBER", 1e-5, 1.0, True, limits=(1e-8, 1e3)),
        "learning_rate": Dimension("NUMBER", 3e-4, 1e-2, True, limits=(1e-5, 0.1)),
    }

    def fit(self, task: FitTask) -> Fitted:
        dense = Dense.fit(task.matrix, task.features)
        settings: dict[str, Any] = {
            "hidden_layer_sizes": (task.integer("width"),) * task.integer("layers"),
            "alpha": task.number("penalty"),
            "learning_rate_init": task.number("learning_rate"),
            "max_iter": task.integer("max_epochs"),
            "batch_size": max(1, min(256, len(task.truth) // 8)),
            "n_iter_no_change": 6,
            "tol": 1e-5,
            "random_state": task.seed % 2**31,
        }
        inputs = dense.transform(task.matrix)
        with quietly(task.threads):
            if task.classes:
                return ScikitModel(MLPClassifier(**settings).fit(inputs, task.truth), task.classes, dense)
            mean, scale = float(task.truth.mean()), float(task.truth.std()) or 1.0
            estimator = MLPRegressor(**settings).fit(inputs, (task.truth - mean) / scale)
        return ScaledModel(ScikitModel(estimator, 0, dense), mean, scale)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        model = load_scikit(folder, classes)
        if classes:
            return model
        mean, scale = np.load(folder / "target.npy", allow_pickle=False)
        return ScaledModel(model, float(mean), float(scale))


FAMILY = Mlp()
