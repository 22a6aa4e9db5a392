"""Reads what `measure.py` leaves, in a form in which ensembles are quick to score."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from configurations import Configuration, configurations

from aliquot_runner.ensemble import greedy_weights
from aliquot_runner.metrics.base import Metric, Truth
from aliquot_runner.registry import metrics

Values = npt.NDArray[np.float64]
ENDLESS = float("inf")


@dataclass(frozen=True)
class Measured:
    """One table. `parts`: by configuration, (rows, 2) probabilities of the true class and of others, or (rows,) errors.

    The loss of a mixture is that of its mixed parts, whatever the number of classes; `truth` is zeros then.
    """

    name: str
    is_classification: bool
    parts: dict[str, Values]
    seconds: dict[str, float]
    metric: Metric
    truth: Truth
    constant: float
    """The loss of what knows no column."""

    def loss(self, part: Values) -> float:
        score = self.metric.score(self.truth[: len(part)], part, 1)
        if score is None:
            raise ValueError(f"{self.name}: a mixture has no finite loss.")
        return score

    def rows(self, index: npt.NDArray[np.int64]) -> dict[str, Values]:
        return {name: part[index] for name, part in self.parts.items()}

    def weights(self, parts: Sequence[Values], picks: int | None = None) -> Values:
        return greedy_weights(self.metric, self.truth[: len(parts[0])], list(parts), 1, 0, ENDLESS)


def read(results: Path, is_classification: bool) -> list[Measured]:
    """Without the tables that a measurement has hardly come to before it was ended."""
    tables = [_read(folder) for folder in sorted(results.iterdir()) if (folder / "truth.npy").exists()]
    tables = [table for table in tables if table.is_classification == is_classification]
    most = max(len(table.seconds) for table in tables)
    return [table for table in tables if len(table.seconds) >= most - 1]


def measured_on_all(tables: Sequence[Measured]) -> list[Configuration]:
    """The configurations that all of these tables have."""
    return [one for one in configurations() if all(one.name in table.seconds for table in tables)]


def _read(folder: Path) -> Measured:
    truth = np.load(folder / "truth.npy")
    is_classification = truth.dtype.kind == "i"
    parts: dict[str, Values] = {}
    seconds: dict[str, float] = {}
    for path in sorted(folder.glob("*.json")):
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        seconds[path.stem] = float(figures["seconds"])
        if "error" not in figures:
            parts[path.stem] = _part(truth, np.load(path.with_suffix(".npy")).astype(np.float64))
    return Measured(
        name=folder.name,
        is_classification=is_classification,
        parts=parts,
        seconds=seconds,
        metric=metrics()["log_loss" if is_classification else "rmse"],
        truth=np.zeros(len(truth), dtype=np.int64) if is_classification else np.zeros(len(truth)),
        constant=_constant(truth, is_classification),
    )


def _part(truth: Values, prediction: Values) -> Values:
    if prediction.ndim == 1:
        return np.asarray(prediction - truth, dtype=np.float64)
    known = prediction[np.arange(len(truth)), truth]
    return np.column_stack([known, 1 - known])


def _constant(truth: Values, is_classification: bool) -> float:
    if not is_classification:
        return float(np.std(truth))
    shares = np.bincount(truth.astype(np.int64)) / len(truth)
    known = shares[shares > 0]
    return float(-np.sum(known * np.log(known)))
