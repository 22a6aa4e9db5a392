"""Inputs of models that are linear in them: numbers bent at quantiles, categories one-hot, gaps marked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .dense import Dense, Values
from .encoder import Feature, Matrix

KNOTS = 6
BEND = np.float32(0.5)
"""What a bend counts beside the straight line: with the same penalty, half of it costs four times as much."""
MAXIMUM_COLUMNS = 1_200
MINIMUM_ROWS_A_KNOT = 40


@dataclass(frozen=True)
class Splines:
    """`knots`: for each number of `dense` where its slope may change, NaN where there are fewer; in standard
    deviations. `gaps`: places of features of which some training rows have no value.

    (rows, dense columns + knots + gaps): a linear spline in the basis of truncated powers (de Boor, 1978).
    """

    dense: Dense
    knots: Values
    gaps: list[int]

    @staticmethod
    def fit(matrix: Matrix, features: list[Feature]) -> Splines:
        dense = Dense.fit(matrix, features)
        count = min(KNOTS, len(matrix) // MINIMUM_ROWS_A_KNOT, MAXIMUM_COLUMNS // max(1, len(dense.numbers)))
        knots = np.full((len(dense.numbers), max(0, count)), np.nan)
        shares = np.linspace(0, 1, count + 2)[1:-1]
        for number, column in enumerate(dense.transform(matrix)[:, : len(dense.numbers)].T):
            found = np.unique(np.quantile(column, shares)) if count > 0 else np.zeros(0)
            inner = found[(found > column.min()) & (found < column.max())]
            knots[number, : len(inner)] = inner
        gaps = [place for place in dense.numbers if np.isnan(matrix[:, place]).any()]
        return Splines(dense, knots, gaps)

    def transform(self, matrix: Matrix) -> npt.NDArray[np.float32]:
        plain = self.dense.transform(matrix)
        blocks = [plain]
        numbers = plain[:, : len(self.dense.numbers)]
        for knot in self.knots.T:
            used = ~np.isnan(knot)
            blocks.append(BEND * np.maximum(numbers[:, used] - knot[used].astype(np.float32), 0))
        blocks.append(np.isnan(matrix[:, self.gaps]).astype(np.float32))
        return np.concatenate(blocks, axis=1)

    def by_feature(self, weights: Values) -> Values:
        """Figures of the columns added up by the feature that they came from."""
        width = len(weights) - int((~np.isnan(self.knots)).sum()) - len(self.gaps)
        total = self.dense.by_feature(weights[:width])
        place = width
        numbers = np.array(self.dense.numbers, dtype=np.int64)
        for knot in self.knots.T:
            used = numbers[~np.isnan(knot)]
            total[used] += weights[place : place + len(used)]
            place += len(used)
        total[self.gaps] += weights[place:]
        return total

    def save(self, folder: Path) -> None:
        self.dense.save(folder / "dense.json")
        knots = [[None if np.isnan(knot) else float(knot) for knot in row] for row in self.knots]
        state = {"knots": knots, "gaps": self.gaps}
        (folder / "splines.json").write_text(json.dumps(state), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Splines:
        state = json.loads((folder / "splines.json").read_text(encoding="utf-8"))
        dense = Dense.load(folder / "dense.json")
        knots = np.array(state["knots"], dtype=np.float64).reshape(len(dense.numbers), -1)
        return Splines(dense, knots, state["gaps"])
