"""Imputing, scaling and one-hot for the algorithms that need it. Part of the model, fitted with it."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .encoder import Feature, Matrix

MAXIMUM_ONE_HOT = 40
LIMIT_IN_DEVIATIONS = 8.0

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Dense:
    """Numbers: median for missing, centred, in standard deviations. Categories: one 0/1 column a level and one for
    missing or unseen; beyond 40 levels the rarer ones share a column.
    """

    numbers: list[int]
    categories: list[tuple[int, int]]
    medians: Values
    means: Values
    scales: Values

    @staticmethod
    def fit(matrix: Matrix, features: list[Feature]) -> Dense:
        numbers = [place for place, feature in enumerate(features) if feature.kind == "number"]
        categories = [
            (place, min(feature.levels, MAXIMUM_ONE_HOT))
            for place, feature in enumerate(features)
            if feature.kind == "category"
        ]
        block = matrix[:, numbers].astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            medians = np.nan_to_num(np.nanmedian(block, axis=0)) if numbers else np.zeros(0)
        filled = np.where(np.isnan(block), medians, block)
        scales = filled.std(axis=0)
        return Dense(numbers, categories, medians, filled.mean(axis=0), np.where(scales > 1e-12, scales, 1.0))

    def transform(self, matrix: Matrix) -> npt.NDArray[np.float32]:
        block = matrix[:, self.numbers].astype(np.float64)
        block = (np.where(np.isnan(block), self.medians, block) - self.means) / self.scales
        blocks = [np.clip(block, -LIMIT_IN_DEVIATIONS, LIMIT_IN_DEVIATIONS).astype(np.float32)]
        for place, width in self.categories:
            codes = np.minimum(np.nan_to_num(matrix[:, place], nan=width), width).astype(np.int64)
            hot = np.zeros((len(matrix), width + 1), dtype=np.float32)
            hot[np.arange(len(matrix)), codes] = 1.0
            blocks.append(hot)
        return np.concatenate(blocks, axis=1)

    def by_feature(self, weights: Values) -> Values:
        """Figures of the dense columns added up by the feature they came from."""
        total = np.zeros(len(self.numbers) + len(self.categories))
        total[self.numbers] = weights[: len(self.numbers)]
        begin = len(self.numbers)
        for place, width in self.categories:
            total[place] = weights[begin : begin + width + 1].sum()
            begin += width + 1
        return total

    def save(self, path: Path) -> None:
        state: dict[str, Any] = {
            "numbers": self.numbers,
            "categories": self.categories,
            "medians": self.medians.tolist(),
            "means": self.means.tolist(),
            "scales": self.scales.tolist(),
        }
        path.write_text(json.dumps(state), encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Dense:
        state = json.loads(path.read_text(encoding="utf-8"))
        return Dense(
            state["numbers"],
            [(place, width) for place, width in state["categories"]],
            np.array(state["medians"], dtype=np.float64),
            np.array(state["means"], dtype=np.float64),
            np.array(state["scales"], dtype=np.float64),
        )
