from __future__ import annotations

import pandas as pd

from .base import Step, as_text, with_columns


class FrequencyEncoding(Step):
    key = "frequency_encoding"
    label = "Count categories"
    description = "Adds how often a category occurs in the training rows, as a share of them."
    takes = ("category",)

    def fit(self, frame: pd.DataFrame) -> None:
        self.learned = {"shares": {}}
        for name in self.present(frame):
            shares = as_text(frame[name]).value_counts(normalize=True)
            self.learned["shares"][name] = {str(level): float(share) for level, share in shares.items()}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name, shares in self.learned["shares"].items():
            values = as_text(frame[name])
            new[f"{name}.share"] = (
                values.map(shares).astype(float).where(values.isin(list(shares)) | values.isna(), 0.0)
            )
        return with_columns(frame, new)


STEP = FrequencyEncoding
