from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, best_power, numbers_of, skewness, with_columns, yeo_johnson


class YeoJohnson(Step):
    key = "yeo_johnson"
    label = "Straighten skewed numbers"
    description = "Replaces skewed numbers by the Yeo-Johnson power that makes the training rows most nearly normal."
    takes = ("integer", "number")
    parameters = {
        "minimum_skewness": {
            "type": "number",
            "minimum": 0,
            "maximum": 1000,
            "default": 1,
            "title": "Least skewness",
            "description": "Only columns whose absolute skewness is at least this; 0 takes all",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        least = float(self.values["minimum_skewness"])
        self.learned = {"columns": {}}
        for name in self.numbers(frame):
            values = numbers_of(frame[name])
            values = values[~np.isnan(values)]
            if len(values) > 1 and np.ptp(values) > 0 and skewness(values) >= least:
                low, centre, high = (float(value) for value in np.quantile(values, [0.25, 0.5, 0.75]))
                width = high - low if high > low else float(values.std())
                self.learned["columns"][name] = [centre, width, best_power((values - centre) / width)]

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            name: yeo_johnson((numbers_of(frame[name]) - centre) / width, power)
            for name, (centre, width, power) in self.learned["columns"].items()
        }
        return with_columns(frame, new)


STEP = YeoJohnson
