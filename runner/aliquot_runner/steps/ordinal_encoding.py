from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread, with_columns


class OrdinalEncoding(Step):
    key = "ordinal_encoding"
    label = "Number categories"
    description = "Replaces categories by their place in an order; unknown ones become missing."
    takes = ("boolean", "category")
    parameters = {
        "order": {
            "type": "string",
            "enum": ["value", "frequency"],
            "default": "value",
            "title": "Order",
            "description": "By number or letter, or the most frequent one first",
        },
        "levels": {
            "type": "array",
            "items": {"type": "string", "maxLength": 200},
            "maxItems": 500,
            "default": [],
            "title": "Own order",
            "description": "All categories from the lowest to the highest, in place of an order that is learned",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"levels": {}}
        for name in self.present(frame):
            codes, texts = levels_of(frame[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            by_count = dict(zip(texts, counts.tolist(), strict=True))
            ordered = sorted(texts, key=_natural)
            if self.values["order"] == "frequency":
                ordered.sort(key=lambda text: -by_count[text])
            self.learned["levels"][name] = list(self.values["levels"]) or ordered

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, levels in self.learned["levels"].items():
            place = {level: float(number) for number, level in enumerate(levels)}
            codes, texts = levels_of(frame[name])
            new[name] = spread(codes, [place.get(text, np.nan) for text in texts])
        return with_columns(frame, new)


def _natural(text: str) -> tuple[bool, float, str]:
    """Numbers first, by size."""
    try:
        number = float(text)
    except ValueError:
        return True, 0.0, text
    return (False, number, text) if np.isfinite(number) else (True, 0.0, text)


STEP = OrdinalEncoding
