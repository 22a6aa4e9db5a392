from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, with_columns


class LogTransform(Step):
    key = "log_transform"
    label = "Logarithm of skewed numbers"
    description = "Replaces x by sign(x) log(1 + |x|) in columns that are skewed in the training rows."
    takes = ("integer", "number")
    parameters = {
        "minimum_skewness": {
            "type": "number",
            "minimum": 0,
            "default": 2,
            "description": "Only columns whose absolute skewness is at least this",
        }
    }

    def fit(self, frame: pd.DataFrame) -> None:
        skewness = frame[self.present(frame)].skew().abs()
        least = float(self.values["minimum_skewness"])
        self.learned = {"columns": [str(name) for name in skewness.index[skewness >= least]]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {name: np.sign(frame[name]) * np.log1p(frame[name].abs()) for name in self.learned["columns"]}
        return with_columns(frame, new)


STEP = LogTransform
