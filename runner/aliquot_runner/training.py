"""What every process of one training shares: the table, the target, the folds, where results are left."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from .families.base import Scalar
from .folds import Folds
from .metrics.base import Metric, Values
from .protocol import ColumnType, RunColumn, TrainSpec
from .target import Target


@dataclass(frozen=True)
class Training:
    """`frame`: the features of the rows that have a target; none where the folds come prepared.

    `scratch`: private to the job, removed at its end.
    """

    spec: TrainSpec
    frame: pd.DataFrame
    columns: list[RunColumn]
    target: Target
    folds: Folds
    fold_count: int
    metric: Metric
    scratch: Path
    out: Path
    threads_per_fit: int

    @property
    def types(self) -> Mapping[str, ColumnType]:
        return {column["name"]: column["type"] for column in self.columns}

    @property
    def classes(self) -> int:
        return len(self.target.classes)

    @property
    def logarithmic(self) -> bool:
        """Regression is learned as log(1 + target) for a metric that measures it so."""
        return self.metric.learns == "LOGARITHMIC" and bool(np.all(self.target.values >= 0))

    def rows(self, fold: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.folds == fold)

    def score(self, rows: npt.NDArray[np.int64], prediction: Values) -> float | None:
        return self.metric.score(self.target.values[rows], prediction, self.target.positive)


@dataclass(frozen=True)
class Trial:
    """One configuration of one algorithm; `number` counts from 0 within the algorithm."""

    algorithm: str
    number: int
    parameters: Mapping[str, Scalar]

    @property
    def name(self) -> str:
        """Unique within a training, and in the archives of its models."""
        return f"{self.algorithm}-{self.number}"

    def folder(self, training: Training, fold: int) -> Path:
        return training.scratch / f"{self.name}-{fold}"

    def discard(self, training: Training) -> None:
        """Removes what its fits have left."""
        for fold in range(training.fold_count):
            shutil.rmtree(self.folder(training, fold), ignore_errors=True)


def out_of_fold(training: Training, trial: Trial, folds: list[int]) -> tuple[npt.NDArray[np.int64], Values]:
    """Rows of those folds in order, and what the models that never saw them predicted."""
    rows = np.concatenate([training.rows(fold) for fold in folds])
    parts = [np.load(trial.folder(training, fold) / "predictions.npy", allow_pickle=False) for fold in folds]
    order = np.argsort(rows, kind="stable")
    return rows[order], np.concatenate(parts)[order]
