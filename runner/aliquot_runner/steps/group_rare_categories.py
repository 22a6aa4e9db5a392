from __future__ import annotations

import pandas as pd

from .base import Step, as_text, with_columns


class GroupRareCategories(Step):
    key = "group_rare_categories"
    label = "Group rare categories"
    description = "Replaces categories that are rare in the training rows, and unknown ones, by one common category."
    takes = ("category",)
    parameters = {
        "minimum_count": {
            "type": "integer",
            "minimum": 1,
            "default": 10,
            "description": "Categories with fewer training rows are grouped",
        },
        "other": {"type": "string", "default": "(other)", "description": "Name of the common category"},
    }

    def fit(self, frame: pd.DataFrame) -> None:
        self.learned = {"kept": {}}
        for name in self.present(frame):
            counts = as_text(frame[name]).value_counts()
            frequent = counts.index[counts >= int(self.values["minimum_count"])]
            self.learned["kept"][name] = sorted(str(level) for level in frequent)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, kept in self.learned["kept"].items():
            values = as_text(frame[name])
            new[name] = values.where(values.isin(kept) | values.isna(), str(self.values["other"]))
        return with_columns(frame, new)


STEP = GroupRareCategories
