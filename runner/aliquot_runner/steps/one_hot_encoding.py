from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread, with_columns


class OneHotEncoding(Step):
    key = "one_hot_encoding"
    label = "One column per category"
    description = "Replaces categories by a 0/1 column each; rare, unknown and missing ones have 0 in all of them."
    takes = ("boolean", "category")
    is_custom_only = True
    parameters = {
        "maximum_levels": {
            "type": "integer",
            "minimum": 1,
            "maximum": 200,
            "default": 20,
            "title": "Most columns",
            "description": "Of each column, only so many of the most frequent categories",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"levels": {}}
        for name in self.present(frame):
            codes, texts = levels_of(frame[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            order = sorted(range(len(texts)), key=lambda place: (-counts[place], texts[place]))
            self.learned["levels"][name] = [texts[place] for place in order[: int(self.values["maximum_levels"])]]

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for name, levels in self.learned["levels"].items():
            places = {level: float(place) for place, level in enumerate(levels)}
            codes, texts = levels_of(frame[name])
            found = spread(codes, [places.get(text, np.nan) for text in texts])
            for level, place in places.items():
                new[f"{name}.is_{level}"] = (found == place).astype(np.float32)
        return self.without(with_columns(frame, new), self.learned["levels"])


STEP = OneHotEncoding
