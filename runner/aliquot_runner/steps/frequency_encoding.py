from __future__ import annotations

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread, with_columns


class FrequencyEncoding(Step):
    key = "frequency_encoding"
    label = "Count categories"
    description = "Adds how often a category occurs in the training rows, as a share of them."
    takes = ("category",)
    most_levels = 100_000

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"shares": {}}
        for name in self.present(frame):
            codes, texts = levels_of(frame[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            often = np.argsort(-counts, kind="stable")[: self.most_levels]
            self.learned["shares"][name] = {texts[place]: float(counts[place] / counts.sum()) for place in often}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, shares in self.learned["shares"].items():
            codes, texts = levels_of(frame[name])
            new[f"{name}.share"] = spread(codes, [shares.get(text, 0.0) for text in texts])
        return with_columns(frame, new)


STEP = FrequencyEncoding
