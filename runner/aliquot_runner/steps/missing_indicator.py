from __future__ import annotations

import pandas as pd

from .base import Step, Truth, with_columns


class MissingIndicator(Step):
    key = "missing_indicator"
    label = "Mark missing values"
    description = "Adds a 0/1 column that tells where a value was missing."
    takes = ("integer", "number", "boolean", "category", "datetime", "text")
    parameters = {
        "minimum_share": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0.01,
            "title": "Least share",
            "description": "Only columns of which at least this share of the training rows is missing",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        least = max(float(self.values["minimum_share"]), 1e-12)
        shares = {name: float(frame[name].isna().mean()) for name in self.present(frame)}
        self.learned = {"columns": [name for name, share in shares.items() if least <= share < 1]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {f"{name}.missing": frame[name].isna().astype("float32") for name in self.learned["columns"]}
        return with_columns(frame, new)


STEP = MissingIndicator
