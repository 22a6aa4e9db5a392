from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from .base import Step, Truth, even_rows
from .measures import as_numbers


class SelectByModel(Step):
    """Random trees learn the target from the columns and from some of them with their rows shuffled."""

    key = "select_by_model"
    label = "Keep what a model uses"
    description = "Leaves out columns that random trees find no more useful than columns of noise."
    takes = ("integer", "number", "boolean", "category", "datetime")
    uses_target = True
    parameters = {
        "trees": {
            "type": "integer",
            "minimum": 20,
            "maximum": 300,
            "default": 60,
            "title": "Trees",
            "description": "More are steadier and slower",
        },
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 5_000,
            "default": 500,
            "title": "Most columns",
            "description": "Of those that are more useful than noise, the best ones",
        },
    }
    most_rows = 8_000
    most_noise = 20

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        names = self.derived(frame)
        rows = even_rows(len(frame), self.most_rows)
        goal = target.values[rows]
        self.learned = {"dropped": []}
        if not names or len(rows) < 10 or np.ptp(goal) == 0:
            return
        matrix = np.empty((len(rows), len(names) + min(len(names), self.most_noise)), dtype=np.float32)
        for place, name in enumerate(names):
            values = as_numbers(frame[name])[rows]
            known = values[~np.isnan(values)]
            filled = np.where(np.isnan(values), np.median(known) if len(known) else 0.0, values)
            matrix[:, place] = np.clip(filled, -1e30, 1e30)
        random = np.random.default_rng(0)
        for place in range(len(names), matrix.shape[1]):
            matrix[:, place] = random.permutation(matrix[:, random.integers(len(names))])
        kind = ExtraTreesClassifier if target.classes else ExtraTreesRegressor
        trees = kind(int(self.values["trees"]), min_samples_leaf=5, max_features="sqrt", random_state=0)
        useful = np.round(trees.fit(matrix, goal).feature_importances_, 9)
        noise = float(np.max(useful[len(names) :]))
        order = sorted(range(len(names)), key=lambda place: (-useful[place], place))
        kept = {names[place] for place in order[: int(self.values["maximum_features"])] if useful[place] > noise}
        # Something must be left to learn from: where nothing beats noise, nothing is known to be useless.
        self.learned["dropped"] = [name for name in names if name not in kept] if kept else []

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.without(frame, self.learned["dropped"])


STEP = SelectByModel
