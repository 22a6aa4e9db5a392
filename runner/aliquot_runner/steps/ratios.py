from __future__ import annotations

from itertools import permutations

import pandas as pd

from .base import Step, Truth, with_columns
from .measures import best_combinations, combined


class Ratios(Step):
    key = "ratios"
    label = "Ratios"
    description = "Adds one number divided by another: all pairs, or those that tell most of the target."
    takes = ("integer", "number")
    uses_target = True
    parameters = {
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 50,
            "default": 6,
            "title": "Most new columns",
            "description": "If there could be more, those that follow the target better than their parts do",
        },
    }
    most_columns = 20

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        names = [name for name in self.numbers(frame) if frame[name].nunique() > 1][: self.most_columns]
        candidates = [("ratio", *pair) for pair in permutations(names, 2)]
        chosen = best_combinations(frame, candidates, target, int(self.values["maximum_features"]))
        self.learned = {"features": [[first, second] for _, first, second in chosen]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            f"{first}.per_{second}": combined(frame, "ratio", first, second)
            for first, second in self.learned["features"]
        }
        return with_columns(frame, new)


STEP = Ratios
