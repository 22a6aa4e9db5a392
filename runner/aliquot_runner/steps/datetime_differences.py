from __future__ import annotations

import pandas as pd

from .base import Step, Truth, with_columns


class DatetimeDifferences(Step):
    key = "datetime_differences"
    label = "Time between dates"
    description = "Adds the hours between each two date columns."
    takes = ("datetime",)
    parameters = {
        "maximum_columns": {
            "type": "integer",
            "minimum": 2,
            "maximum": 12,
            "default": 6,
            "title": "Most columns",
            "description": "Only the first so many date columns",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        dates = [name for name in self.dates(frame) if frame[name].notna().any()]
        dates = dates[: int(self.values["maximum_columns"])]
        self.learned = {"pairs": [[first, second] for i, first in enumerate(dates) for second in dates[i + 1 :]]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            f"{second}.hours_since_{first}": (frame[second] - frame[first]) / pd.Timedelta(hours=1)
            for first, second in self.learned["pairs"]
        }
        return with_columns(frame, new)


STEP = DatetimeDifferences
