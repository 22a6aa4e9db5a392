from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread_texts, with_columns


class GroupRareCategories(Step):
    key = "group_rare_categories"
    label = "Group rare categories"
    description = "Replaces categories that are rare in the training rows, and unknown ones, by one common category."
    takes = ("category",)
    parameters = {
        "minimum_count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1_000_000,
            "default": 10,
            "title": "Least rows",
            "description": "Categories with fewer training rows are grouped",
        },
        "other": {
            "type": "string",
            "maxLength": 100,
            "default": "(other)",
            "title": "Common category",
            "description": "Name of the common category",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"kept": {}}
        for name in self.present(frame):
            codes, texts = levels_of(frame[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            frequent = np.flatnonzero(counts >= int(self.values["minimum_count"]))
            self.learned["kept"][name] = sorted(texts[place] for place in frequent)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, levels in self.learned["kept"].items():
            kept = set(levels)
            codes, texts = levels_of(frame[name])
            grouped = (text if text in kept else str(self.values["other"]) for text in texts)
            new[name] = spread_texts(codes, grouped, frame.index)
        return with_columns(frame, new)


STEP = GroupRareCategories
