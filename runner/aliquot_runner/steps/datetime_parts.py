from __future__ import annotations

import pandas as pd

from .base import Step, with_columns


class DatetimeParts(Step):
    key = "datetime_parts"
    label = "Split dates"
    description = "Adds year, month, day of week, hour and other parts that vary in the training rows."
    takes = ("datetime",)
    parameters = {
        "parts": {
            "type": "array",
            "items": {"enum": ["year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour", "minute"]},
            "default": ["year", "month", "day", "day_of_week", "hour"],
            "description": "Which parts to add",
        }
    }

    def fit(self, frame: pd.DataFrame) -> None:
        self.learned = {"parts": []}
        for name in self.present(frame):
            for part in self.values["parts"]:
                if getattr(frame[name].dt, part).nunique() > 1:
                    self.learned["parts"].append([name, part])

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {f"{name}.{part}": getattr(frame[name].dt, part).astype(float) for name, part in self.learned["parts"]}
        return with_columns(frame, new)


STEP = DatetimeParts
