from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, numbers_of, with_columns


class CyclicFeatures(Step):
    key = "cyclic_features"
    label = "Circles of time"
    description = "Adds sine and cosine of what repeats, so that December is next to January and 23 h next to 0 h."
    takes = ("datetime",)
    parameters = {
        "parts": {
            "type": "array",
            "items": {"type": "string", "enum": ["month", "day", "day_of_week", "day_of_year", "hour", "minute"]},
            "minItems": 1,
            "maxItems": 6,
            "default": ["month", "day_of_week", "hour"],
            "title": "Parts of dates",
            "description": "Those that vary in the training rows are added",
        },
        "period": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1e9,
            "default": 24,
            "title": "Period of numbers",
            "description": "After how much a number column begins again, such as 24 for hours or 360 for degrees",
        },
    }
    periods = {"month": 12.0, "day": 31.0, "day_of_week": 7.0, "day_of_year": 366.0, "hour": 24.0, "minute": 60.0}

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"parts": [], "numbers": self.numbers(frame)}
        for name in self.dates(frame):
            known = frame[name].dropna()
            for part in dict.fromkeys(self.values["parts"]):
                values = getattr(known.dt, part).to_numpy()
                if len(values) > 0 and np.ptp(values) > 0:
                    self.learned["parts"].append([name, part])

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for name, part in self.learned["parts"]:
            values = getattr(frame[name].dt, part).to_numpy(np.float64)
            new |= _circle(f"{name}.{part}", values / self.periods[part])
        for name in self.learned["numbers"]:
            new |= _circle(f"{name}.period", numbers_of(frame[name]) / float(self.values["period"]))
        return with_columns(frame, new)


def _circle(name: str, turns: Any) -> dict[str, Any]:
    angle = 2 * np.pi * (turns - np.floor(turns))
    return {f"{name}_sine": np.sin(angle), f"{name}_cosine": np.cos(angle)}


STEP = CyclicFeatures
