from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, numbers_of, with_columns


class BinNumbers(Step):
    key = "bin_numbers"
    label = "Group numbers into ranges"
    description = "Adds the number of the range that a value falls into."
    takes = ("integer", "number")
    parameters = {
        "method": {
            "type": "string",
            "enum": ["quantile", "uniform"],
            "default": "quantile",
            "title": "Ranges",
            "description": "With as many training rows each, or of equal width",
        },
        "bins": {
            "type": "integer",
            "minimum": 2,
            "maximum": 100,
            "default": 10,
            "title": "Number of ranges",
            "description": "Fewer where values repeat",
        },
        "keep": {
            "type": "boolean",
            "default": True,
            "title": "Keep the number",
            "description": "Keep the number itself beside its range",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        inner = np.arange(1, int(self.values["bins"])) / int(self.values["bins"])
        self.learned = {"edges": {}}
        for name in self.numbers(frame):
            values = numbers_of(frame[name])
            values = values[~np.isnan(values)]
            if len(values) == 0:
                continue
            low, high = values.min(), values.max()
            edges = np.quantile(values, inner) if self.values["method"] == "quantile" else low + inner * (high - low)
            self.learned["edges"][name] = np.unique(edges).tolist()

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, edges in self.learned["edges"].items():
            values = numbers_of(frame[name])
            place = np.searchsorted(edges, values, side="right").astype(np.float64)
            new[f"{name}.bin"] = np.where(np.isnan(values), np.nan, place)
        result = with_columns(frame, new)
        return result if self.values["keep"] else self.without(result, self.learned["edges"])


STEP = BinNumbers
