"""What is learned from: the rows with a target, their columns and folds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .errors import RunnerError
from .folds import Folds, draw_folds
from .preparation import make_steps
from .prepared import read_columns
from .protocol import RunColumn, TrainSpec, VerifySpec
from .split import read_folds
from .table import read_raw, read_table
from .target import Target, read_target


@dataclass(frozen=True)
class Material:
    """`columns`: all but the target. `dropped`: rows without one. `frame` has no columns where folds come prepared."""

    frame: pd.DataFrame
    columns: list[RunColumn]
    target: Target
    folds: Folds
    dropped: int
    cells: int

    @property
    def fold_count(self) -> int:
        return int(self.folds.max()) + 1


def read_material(spec: TrainSpec | VerifySpec) -> Material:
    """Raises RunnerError where nothing can be learned."""
    columns = [column for column in spec["columns"] if column["name"] != spec["target"]]
    if len(columns) == len(spec["columns"]):
        raise RunnerError("SPEC_INVALID", "The target is not among the columns.")
    make_steps(spec["steps"], columns)
    if not columns:
        raise RunnerError("NO_FEATURES", "There is no column besides the target.")
    path = Path(spec["data"])
    raw = read_raw(path, spec["target"])
    target = read_target(raw, spec["taskType"])
    prepared = spec.get("prepared")
    if prepared is None:
        frame = read_table(path, columns, coded=True).iloc[target.kept].reset_index(drop=True).copy()
        folds = draw_folds(target, spec["folds"]["count"], spec["folds"]["seed"])
        cells = frame.size
    else:
        if spec["steps"]:
            raise RunnerError("SPEC_INVALID", "Prepared folds have no steps left to apply.")
        frame = pd.DataFrame(index=range(len(target.values)))
        folds = read_folds(prepared, target, len(raw))
        cells = len(folds) * len(read_columns(prepared["files"], 0))
    return Material(frame, columns, target, folds, len(raw) - len(target.values), cells)
