from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, numbers_of, skewness, with_columns


class LogTransform(Step):
    key = "log_transform"
    label = "Logarithm of skewed numbers"
    description = "Replaces x by sign(x) log(1 + |x|) in columns that are skewed in the training rows."
    takes = ("integer", "number")
    parameters = {
        "minimum_skewness": {
            "type": "number",
            "minimum": 0,
            "maximum": 1000,
            "default": 2,
            "title": "Least skewness",
            "description": "Only columns whose absolute skewness is at least this; 0 takes all",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        least = float(self.values["minimum_skewness"])
        self.learned = {"columns": [name for name in self.numbers(frame) if skewness(numbers_of(frame[name])) >= least]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name in self.learned["columns"]:
            values = numbers_of(frame[name])
            new[name] = np.sign(values) * np.log1p(np.abs(values))
        return with_columns(frame, new)


STEP = LogTransform
