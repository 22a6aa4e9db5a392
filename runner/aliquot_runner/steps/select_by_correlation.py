from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, even_rows, numbers_of
from .measures import MOST_ROWS, centred_ranks


class SelectByCorrelation(Step):
    key = "select_by_correlation"
    label = "Drop what repeats others"
    description = "Leaves out numbers that follow an earlier column almost exactly."
    takes = ("integer", "number")
    parameters = {
        "maximum_correlation": {
            "type": "number",
            "minimum": 0.5,
            "maximum": 1,
            "default": 0.98,
            "title": "Most correlation",
            "description": "Absolute rank correlation (or linear one) from which the later column is left out",
        },
        "method": {
            "type": "string",
            "enum": ["spearman", "pearson"],
            "default": "spearman",
            "title": "Method",
            "description": "Of ranks, or of the values",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        names = [name for name in self.derived(frame) if pd.api.types.is_numeric_dtype(frame[name])]
        # The product of the matrix with itself stays within seconds.
        rows = even_rows(len(frame), int(np.clip(2e10 / max(1, len(names)) ** 2, 500, MOST_ROWS)))
        unit = np.empty((len(rows), len(names)), dtype=np.float32)
        for place, name in enumerate(names):
            values = numbers_of(frame[name].iloc[rows])
            unit[:, place] = centred_ranks(values) if self.values["method"] == "spearman" else _centred(values)
        related = np.abs(unit.T @ unit) >= float(self.values["maximum_correlation"]) - 1e-6
        dropped = np.zeros(len(names), dtype=bool)
        for place in range(len(names)):
            dropped[place] = bool(np.any(related[place, :place] & ~dropped[:place]))
        self.learned = {"dropped": [name for name, drop in zip(names, dropped, strict=True) if drop]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.without(frame, self.learned["dropped"])


def _centred(values: Any) -> Any:
    """Of length 1 around zero, zero for what is missing."""
    if np.all(np.isnan(values)):
        return np.zeros(len(values))
    centred = np.nan_to_num(values - np.nanmean(values))
    length = float(np.sqrt(np.sum(centred**2)))
    return centred / length if length > 0 else centred


STEP = SelectByCorrelation
