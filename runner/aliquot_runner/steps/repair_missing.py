from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, levels_of, spread_texts, with_columns


class RepairMissing(Step):
    key = "repair_missing"
    label = "Repair missing values"
    description = "Turns what stands for a missing value, such as “?”, “unknown” or -999, into a missing value."
    takes = ("integer", "number", "boolean", "category", "text")
    parameters = {
        "texts": {
            "type": "array",
            "items": {"type": "string", "maxLength": 100},
            "maxItems": 50,
            "default": ["", "?", "-", "--", ".", "n/a", "na", "#n/a", "nan", "none", "null", "missing", "unknown"],
            "title": "Texts",
            "description": "Texts that stand for a missing value; case and surrounding spaces do not matter",
        },
        "numbers": {
            "type": "array",
            "items": {"type": "number"},
            "maxItems": 50,
            "default": [],
            "title": "Numbers",
            "description": "Numbers that stand for a missing value, such as -999",
        },
    }

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        numbers = np.array(self.values["numbers"], dtype=np.float64)
        new: dict[str, Any] = {}
        for name in self.numbers(frame) if len(numbers) else []:
            disguised = frame[name].isin(numbers)
            if disguised.any():
                new[name] = frame[name].mask(disguised)
        spellings = {text.strip().casefold() for text in self.values["texts"]}
        spellings |= {
            spelling for number in map(str, numbers.tolist()) for spelling in (number, number.removesuffix(".0"))
        }
        for name in self.texts(frame):
            codes, texts = levels_of(frame[name])
            repaired = [None if text.strip().casefold() in spellings else text for text in texts]
            if None in repaired:
                new[name] = spread_texts(codes, repaired, frame.index)
        return with_columns(frame, new)


STEP = RepairMissing
