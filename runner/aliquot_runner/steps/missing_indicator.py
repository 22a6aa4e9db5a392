from __future__ import annotations

import pandas as pd

from .base import Step, with_columns


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
            "description": "Only columns of which at least this share of the training rows is missing",
        }
    }

    def fit(self, frame: pd.DataFrame) -> None:
        shares = frame[self.present(frame)].isna().mean()
        least = max(float(self.values["minimum_share"]), 1e-12)
        self.learned = {"columns": [str(name) for name in shares.index[(shares >= least) & (shares < 1)]]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {f"{name}.missing": frame[name].isna().astype(float) for name in self.learned["columns"]}
        return with_columns(frame, new)


STEP = MissingIndicator
