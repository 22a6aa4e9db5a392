from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, numbers_of, spread_texts, with_columns


class Impute(Step):
    key = "impute"
    label = "Fill missing values"
    description = "Fills gaps with a value learned from the training rows, or with one that you choose."
    takes = ("integer", "number", "boolean", "category", "datetime")
    is_custom_only = True
    parameters = {
        "strategy": {
            "type": "string",
            "enum": ["mean", "median", "mode", "constant"],
            "default": "median",
            "title": "Fill with",
            "description": "Of the training rows; categories take the most frequent one for mean and median",
        },
        "number": {
            "type": "number",
            "minimum": -1e15,
            "maximum": 1e15,
            "default": 0,
            "title": "Number",
            "description": "What fills numbers when a constant is wanted",
        },
        "text": {
            "type": "string",
            "maxLength": 100,
            "default": "(missing)",
            "title": "Category",
            "description": "What fills categories when a constant is wanted",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"numbers": {}, "dates": {}, "texts": {}}
        for name in self.numbers(frame):
            values = numbers_of(frame[name])
            values = values[~np.isnan(values)]
            if len(values) > 0:
                self.learned["numbers"][name] = self._number(values)
        for name in self.dates(frame):
            known = frame[name].dropna()
            if len(known) > 0 and self.values["strategy"] != "constant":
                self.learned["dates"][name] = str(known.sort_values().iloc[len(known) // 2])
        for name in self.texts(frame):
            if self.values["strategy"] == "constant":
                self.learned["texts"][name] = self.values["text"]
                continue
            codes, texts = levels_of(frame[name])
            if texts:
                counts = np.bincount(codes[codes >= 0], minlength=len(texts))
                self.learned["texts"][name] = min(zip(-counts, texts, strict=True))[1]

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for name, number in self.learned["numbers"].items():
            new[name] = frame[name].fillna(number)
        for name, date in self.learned["dates"].items():
            new[name] = frame[name].fillna(pd.Timestamp(date))
        for name, text in self.learned["texts"].items():
            codes, texts = levels_of(frame[name])
            new[name] = spread_texts(np.where(codes < 0, len(texts), codes), [*texts, text], frame.index)
        return with_columns(frame, new)

    def _number(self, values: Any) -> float:
        match self.values["strategy"]:
            case "mean":
                return float(np.mean(values))
            case "median":
                return float(np.median(values))
            case "mode":
                found, counts = np.unique(values, return_counts=True)
                return float(found[np.argmax(counts)])
        return float(self.values["number"])


STEP = Impute
