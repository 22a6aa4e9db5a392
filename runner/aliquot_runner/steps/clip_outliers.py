from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, numbers_of, with_columns


class ClipOutliers(Step):
    key = "clip_outliers"
    label = "Clip outliers"
    description = "Limits numbers to a range that is learned from the training rows."
    takes = ("integer", "number")
    parameters = {
        "method": {
            "type": "string",
            "enum": ["quantiles", "quartiles"],
            "default": "quantiles",
            "title": "Method",
            "description": "Between two quantiles (winsorising), or at a distance from the quartiles (IQR rule)",
        },
        "share": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 0.2,
            "default": 0.005,
            "title": "Share",
            "description": "Of the training rows that is clipped at each end, with quantiles",
        },
        "distance": {
            "type": "number",
            "minimum": 0.5,
            "maximum": 20,
            "default": 3,
            "title": "Distance",
            "description": "In interquartile ranges below the first and above the third quartile, with quartiles",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        share = float(self.values["share"])
        self.learned = {"ranges": {}}
        for name in self.numbers(frame):
            values = numbers_of(frame[name])
            values = values[~np.isnan(values)]
            if len(values) == 0:
                continue
            if self.values["method"] == "quantiles":
                low, high = np.quantile(values, [share, 1 - share])
            else:
                first, third = np.quantile(values, [0.25, 0.75])
                reach = float(self.values["distance"]) * (third - first)
                low, high = (first - reach, third + reach) if reach > 0 else (values.min(), values.max())
            self.learned["ranges"][name] = [float(low), float(high)]

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        ranges = self.learned["ranges"]
        return with_columns(frame, {name: frame[name].clip(low, high) for name, (low, high) in ranges.items()})


STEP = ClipOutliers
