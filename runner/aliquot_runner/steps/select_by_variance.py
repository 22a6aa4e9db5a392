from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of
from .measures import as_numbers


class SelectByVariance(Step):
    key = "select_by_variance"
    label = "Drop what hardly varies"
    description = "Leaves out columns that have almost the same value in all training rows."
    takes = ("integer", "number", "boolean", "category", "datetime")
    parameters = {
        "minimum_variance": {
            "type": "number",
            "minimum": 0,
            "maximum": 0.25,
            "default": 0.001,
            "title": "Least variance",
            "description": "Of numbers brought to 0 … 1; of categories, how likely two rows differ; gaps count, too",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        least = float(self.values["minimum_variance"])
        self.learned = {"dropped": [name for name in self.derived(frame) if _variance(frame[name]) <= least]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.without(frame, self.learned["dropped"])


def _variance(values: pd.Series) -> float:
    missing = float(values.isna().mean()) if len(values) else 0.0
    gaps = missing * (1 - missing)
    if not pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_datetime64_any_dtype(values):
        codes, texts = levels_of(values)
        shares = np.bincount(codes + 1, minlength=len(texts) + 1) / max(1, len(codes))
        return float(1 - np.sum(shares**2)) if len(codes) else 0.0
    numbers = as_numbers(values)
    numbers = numbers[~np.isnan(numbers)]
    width = np.ptp(numbers) if len(numbers) else 0.0
    return gaps + (float(np.var((numbers - numbers.min()) / width)) if width > 0 else 0.0)


STEP = SelectByVariance
