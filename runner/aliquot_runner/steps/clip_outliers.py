from __future__ import annotations

import pandas as pd

from .base import Step, with_columns


class ClipOutliers(Step):
    key = "clip_outliers"
    label = "Clip outliers"
    description = "Limits numbers to a range of quantiles of the training rows."
    takes = ("integer", "number")
    parameters = {
        "share": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 0.2,
            "default": 0.005,
            "description": "Share of the training rows that is clipped at each end",
        }
    }

    def fit(self, frame: pd.DataFrame) -> None:
        self.learned = {"ranges": {}}
        for name in self.present(frame):
            if frame[name].notna().any():
                share = float(self.values["share"])
                low, high = frame[name].quantile([share, 1 - share])
                self.learned["ranges"][name] = [float(low), float(high)]

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        ranges = self.learned["ranges"]
        return with_columns(frame, {name: frame[name].clip(low, high) for name, (low, high) in ranges.items()})


STEP = ClipOutliers
