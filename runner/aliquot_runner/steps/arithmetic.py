from __future__ import annotations

from itertools import combinations

import pandas as pd

from .base import Step, Truth, with_columns
from .measures import best_combinations, combined

SIGNS = {"sum": "plus", "difference": "minus", "product": "times"}


class Arithmetic(Step):
    key = "arithmetic"
    label = "Sums and products"
    description = "Adds sums, differences or products of two numbers: all, or those that tell most of the target."
    takes = ("integer", "number")
    uses_target = True
    parameters = {
        "operations": {
            "type": "array",
            "items": {"type": "string", "enum": ["sum", "difference", "product"]},
            "minItems": 1,
            "maxItems": 3,
            "default": ["difference", "product"],
            "title": "Operations",
            "description": "What is tried on each two columns",
        },
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
        operations = list(dict.fromkeys(self.values["operations"]))
        candidates = [(operation, *pair) for pair in combinations(names, 2) for operation in operations]
        chosen = best_combinations(frame, candidates, target, int(self.values["maximum_features"]))
        self.learned = {"features": [list(candidate) for candidate in chosen]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            f"{first}.{SIGNS[operation]}_{second}": combined(frame, operation, first, second)
            for operation, first, second in self.learned["features"]
        }
        return with_columns(frame, new)


STEP = Arithmetic
