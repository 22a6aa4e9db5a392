from __future__ import annotations

from pathlib import Path

from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from ..dense import Dense
from ..encoder import Feature
from ..scikit import ScikitModel, load_scikit, quietly
from .base import Dimension, Family, FitTask, Fitted, Footprint


class Knn(Family):
    key = "knn"
    label = "k-nearest neighbours"
    description = "The average of the most similar training rows, on scaled and one-hot inputs."
    order = 90
    footprint = Footprint(33.0)
    strength = 70
    is_default = False
    defaults = {"neighbours": 25, "weights": "distance"}
    space = {
        "neighbours": Dimension("INTEGER", 3, 100, True, limits=(1, 1000)),
        "weights": Dimension("CHOICE", choices=("uniform", "distance")),
    }

    def fit(self, task: FitTask) -> Fitted:
        dense = Dense.fit(task.matrix, task.features)
        kind = KNeighborsClassifier if task.classes else KNeighborsRegressor
        estimator = kind(
            n_neighbors=min(task.integer("neighbours"), len(task.truth)),
            weights=task.parameters["weights"],
            algorithm="brute",
        )
        with quietly(task.threads):
            estimator.fit(dense.transform(task.matrix), task.truth)
        return ScikitModel(estimator, task.classes, dense)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return load_scikit(folder, classes)


FAMILY = Knn()
