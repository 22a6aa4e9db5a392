from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, with_columns


class DatetimeParts(Step):
    key = "datetime_parts"
    label = "Split dates"
    description = "Adds year, month, day of week, hour and other parts that vary in the training rows."
    takes = ("datetime",)
    parameters = {
        "parts": {
            "type": "array",
            "items": {
                "type": "string",
                "enum": ["year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour", "minute"],
            },
            "minItems": 1,
            "maxItems": 8,
            "default": ["year", "month", "day", "day_of_week", "hour"],
            "title": "Parts",
            "description": "Which parts to add",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"parts": []}
        for name in self.dates(frame):
            known = frame[name].dropna()
            for part in dict.fromkeys(self.values["parts"]):
                values = getattr(known.dt, part).to_numpy()
                if len(values) > 0 and np.ptp(values) > 0:
                    self.learned["parts"].append([name, part])

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            f"{name}.{part}": getattr(frame[name].dt, part).astype("float32") for name, part in self.learned["parts"]
        }
        return with_columns(frame, new)


STEP = DatetimeParts
