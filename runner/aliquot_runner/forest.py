"""What the two kinds of forest share: they grow in chunks, so that the clock can stop them."""

from __future__ import annotations

import math
from abc import abstractmethod
from pathlib import Path
from typing import Any

from .encoder import Feature
from .families.base import Family, FitTask, Fitted
from .scikit import ScikitModel, load_scikit, quietly

CHUNK_TREES = 10
MAXIMUM_MODEL_BYTES = 30_000_000
BYTES_PER_NODE = 64
BYTES_PER_NODE_AND_CLASS = 8


class Forest(Family):
    """A family of averaged trees; missing values and category codes go in as they are."""

    @abstractmethod
    def estimator(self, task: FitTask, settings: dict[str, Any]) -> Any:
        """An unfitted scikit-learn forest with these settings."""

    def fit(self, task: FitTask) -> Fitted:
        wanted = task.integer("trees")
        most = int(task.decided.get("trees") or wanted)
        settings = {
            "min_samples_leaf": max(task.integer("min_samples_leaf"), _smallest_leaf(task, wanted)),
            "max_features": task.number("max_features"),
            "random_state": task.seed % 2**31,
            "n_jobs": task.threads,
            "warm_start": True,
        }
        forest = self.estimator(task, settings)
        grown = 0
        with quietly(1):
            while grown < most and (grown == 0 or task.decided or task.seconds_left() > 0):
                grown = min(most, grown + CHUNK_TREES)
                forest.set_params(n_estimators=grown).fit(task.matrix, task.truth)
        forest.set_params(n_jobs=1)
        model = ScikitModel(forest, task.classes)
        model.decided = {"trees": grown}
        return model

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return load_scikit(folder, classes)


def _smallest_leaf(task: FitTask, trees: int) -> int:
    """Rows a leaf must have for the whole forest to stay within 30 MB; a leaf has about 1.5 times its least."""
    nodes = MAXIMUM_MODEL_BYTES / (BYTES_PER_NODE + BYTES_PER_NODE_AND_CLASS * max(1, task.classes))
    return math.ceil(len(task.truth) / 1.5 / (nodes / trees / 2))
