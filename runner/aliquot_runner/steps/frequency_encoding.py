from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread, with_columns


class FrequencyEncoding(Step):
    key = "frequency_encoding"
    label = "Count categories"
    description = "Adds how often a category occurs in the training rows, as a share of them."
    takes = ("category",)

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"shares": {}}
        for name in self.present(frame):
            codes, texts = levels_of(frame[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            shares = (counts / max(1, counts.sum())).tolist()
            self.learned["shares"][name] = dict(zip(texts, shares, strict=True))

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, shares in self.learned["shares"].items():
            codes, texts = levels_of(frame[name])
            new[f"{name}.share"] = spread(codes, [shares.get(text, 0.0) for text in texts])
        return with_columns(frame, new)


STEP = FrequencyEncoding
