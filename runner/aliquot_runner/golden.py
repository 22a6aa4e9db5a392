"""Golden predictions: rows of the training with what the models that never saw them predicted, kept in the archive.

golden.json: `tolerance`, of a probability or in `spread`, the standard deviation of the target; and by fold the rows as
its preparation takes them (`columns`: physical name, kind, values) with the `predictions` of its members, by their
folders. They were made when the models were fitted: whoever loads the archive later, perhaps with other libraries,
can see that its models still are what they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .encoder import Matrix
from .errors import RunnerError
from .fold_model import FoldModel
from .libraries import changed_libraries
from .preparation import Preparation
from .prepared import read_columns, read_part
from .registry import families
from .training import Training, Trial

GOLDEN = "golden.json"
ROWS = 20
TOLERANCE = 1e-4
"""Far above what another processor does to sums, far below what another model does."""


def golden_predictions(training: Training, members: Sequence[tuple[Trial, Sequence[int]]]) -> bytes:
    """The content of golden.json for these members with the folds that they have."""
    shared = sorted(set.intersection(*(set(folds) for _, folds in members)))
    of_fold = {fold: training.rows(fold) for fold in shared}
    found: dict[str, Any] = {}
    for place, fold in enumerate(shared):
        count = min(len(of_fold[fold]), ROWS // len(shared) + (place < ROWS % len(shared)))
        places = np.linspace(0, len(of_fold[fold]) - 1, count).astype(np.int64)
        if count > 0:
            found[str(fold)] = {
                "columns": [_told(name, values) for name, values in _rows(training, fold, places).items()],
                "predictions": {
                    trial.name: np.load(trial.folder(training, fold) / "predictions.npy")[places].tolist()
                    for trial, _ in members
                },
            }
    spread = 1.0 if training.classes else float(np.std(training.target.values)) or 1.0
    return json.dumps({"tolerance": TOLERANCE, "spread": spread, "folds": found}).encode()


class Golden:
    """The golden rows of an unpacked archive. Raises MODEL_INVALID where a model predicts them otherwise."""

    def __init__(self, manifest: Mapping[str, Any], folder: Path) -> None:
        self._libraries: Mapping[str, str] = manifest["libraries"]
        state = json.loads((folder / GOLDEN).read_text(encoding="utf-8"))
        self._limit = float(state["tolerance"]) * float(state["spread"])
        self._folds: Mapping[str, Any] = state["folds"]

    def matrix(self, fold: int, preparation: Preparation) -> Matrix | None:
        """None where this fold has no golden rows."""
        known = self._folds.get(str(fold))
        if known is None:
            return None
        return preparation.transform(pd.DataFrame({column["name"]: _seen(column) for column in known["columns"]}))

    def check(self, member: Mapping[str, Any], fold: int, model: FoldModel, matrix: Matrix | None) -> None:
        if matrix is None:
            return
        known = self._folds[str(fold)]["predictions"]
        expected = np.asarray(known[f"{member['algorithm']}-{member['trial']}"], dtype=np.float64)
        difference = np.abs(model.predict(matrix) - expected)
        if not bool(np.all(difference <= self._limit)):
            label = families()[member["algorithm"]].label
            raise RunnerError(
                "MODEL_INVALID",
                f"{label} of fold {fold + 1} predicts golden rows of its archive otherwise than when it was fitted, "
                f"by {float(np.max(difference)):.2g} at most. {changed_libraries(self._libraries)}",
            )


def _rows(training: Training, fold: int, places: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Validation rows of a fold, as its preparation takes them."""
    given = training.spec.get("prepared")
    rows = training.rows(fold)
    if given is None:
        return training.frame.iloc[rows[places]]
    columns = read_columns(given["files"], fold)
    return read_part(given["files"], fold, "validation", columns, len(rows)).iloc[places]


def _told(name: object, values: pd.Series) -> dict[str, Any]:
    given: list[Any]
    if pd.api.types.is_numeric_dtype(values):
        kind = "number"
        given = [number if np.isfinite(number) else None for number in values.to_numpy(np.float64).tolist()]
    elif pd.api.types.is_datetime64_any_dtype(values):
        kind = "date"
        given = [None if np.isnat(moment) else str(moment) for moment in values.to_numpy("datetime64[us]")]
    else:
        kind = "text"
        given = [None if pd.isna(value) else str(value) for value in values]
    return {"name": name, "kind": kind, "values": given}


def _seen(column: Mapping[str, Any]) -> Any:
    if column["kind"] == "number":
        return np.array(column["values"], dtype=np.float64)
    if column["kind"] == "date":
        return np.array(column["values"], dtype="datetime64[us]")
    return np.array(column["values"], dtype=object)
