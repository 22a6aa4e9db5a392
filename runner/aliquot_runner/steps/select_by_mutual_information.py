from __future__ import annotations

import pandas as pd

from .base import Step, Truth
from .measures import bins_of, information, rows_for, target_bins


class SelectByMutualInformation(Step):
    key = "select_by_mutual_information"
    label = "Keep what tells of the target"
    description = "Leaves out columns that, each by itself, tell no more of the target than chance would."
    takes = ("integer", "number", "boolean", "category", "datetime")
    uses_target = True
    parameters = {
        "minimum_information": {
            "type": "number",
            "minimum": 0,
            "maximum": 5,
            "default": 0,
            "title": "Least information",
            "description": "Mutual information in nats, above what chance gives",
        },
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 5_000,
            "default": 500,
            "title": "Most columns",
            "description": "Of those with enough information, the best ones",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        rows = rows_for(target)
        goal = target_bins(target, rows)
        names = self.derived(frame)
        found = {name: round(information(bins_of(frame[name].iloc[rows]), goal), 9) for name in names}
        informed = [name for name in names if found[name] > float(self.values["minimum_information"])]
        kept = sorted(informed, key=lambda name: -found[name])[: int(self.values["maximum_features"])]
        # Something must be left to learn from: where nothing tells anything, nothing is known to be useless.
        self.learned = {"dropped": [name for name in names if name not in set(kept)] if kept else []}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.without(frame, self.learned["dropped"])


STEP = SelectByMutualInformation
