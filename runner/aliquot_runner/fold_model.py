"""A fitted model as the rest of the runner sees it: all classes, the target's own unit, finite figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .crosses import (
    PARAMETER,
    Cross,
    chosen_crosses,
    extended,
    features_of,
    read_crosses,
    shared,
    with_crosses,
    written_crosses,
)
from .encoder import Feature, Matrix
from .families.base import Family, FitTask, Fitted, Scalar, Values


@dataclass(frozen=True)
class FoldModel:
    """`present`: the classes that `fitted` knows, in order. `constant`: what is always predicted where nothing could be
    learned (one class only, or columns that do not vary): a probability a class, or one value; `fitted` is then None.
    `crosses`: columns that `fitted` is given beside those of the matrix; None where the trial does not ask for any.
    """

    fitted: Fitted | None
    classes: int
    present: list[int]
    logarithmic: bool
    constant: list[float]
    crosses: Sequence[Cross] | None = None

    def predict(self, matrix: Matrix) -> Values:
        """(rows, classes) probabilities that sum to 1, or (rows,) values."""
        if self.fitted is None or len(matrix) == 0:
            constant = np.tile(np.array(self.constant or [0.0] * max(1, self.classes)), (len(matrix), 1))
            return constant if self.classes else constant[:, 0]
        given = self.fitted.predict(extended(matrix, self.crosses or []))
        if self.classes == 0:
            return np.nan_to_num(np.expm1(np.clip(given, -50.0, 50.0)) if self.logarithmic else given)
        result = np.zeros((len(matrix), self.classes))
        result[:, self.present] = np.clip(np.nan_to_num(given), 0.0, 1.0)
        total = result.sum(axis=1, keepdims=True)
        return np.where(total > 0, result / np.where(total > 0, total, 1.0), 1.0 / self.classes)

    def losses(self) -> list[float]:
        return list(self.fitted.losses) if self.fitted else []

    def chosen(self) -> dict[str, Scalar]:
        return self.fitted.chosen() if self.fitted else {}

    def decided(self) -> dict[str, Scalar]:
        crosses = {} if self.crosses is None else {PARAMETER: written_crosses(self.crosses)}
        return {**self.fitted.decided, **crosses} if self.fitted else {}

    def importance(self, features: list[Feature]) -> dict[str, float]:
        """Figures by data column; empty where the algorithm has none."""
        figures = self.fitted.importance() if self.fitted else None
        by_source: dict[str, float] = {}
        if figures is not None:
            figures = shared(figures, self.crosses or [])
            for feature, figure in zip(features, figures, strict=True):
                if feature.source != "nothing" and np.isfinite(figure):
                    by_source[feature.source] = by_source.get(feature.source, 0.0) + float(abs(figure))
        return by_source

    def save(self, folder: Path) -> None:
        state: dict[str, Any] = {
            "classes": self.classes,
            "present": self.present,
            "logarithmic": self.logarithmic,
            "constant": self.constant,
        }
        if self.crosses:
            state[PARAMETER] = self.crosses
        (folder / "model.json").write_text(json.dumps(state), encoding="utf-8")
        if self.fitted is not None:
            self.fitted.save(folder)


def fit_model(family: Family, task: FitTask, classes: int, logarithmic: bool) -> FoldModel:
    """`task.truth` holds class numbers of all `classes`, of which some may be missing here, or values."""
    varies = _varies(task.matrix)
    if classes == 0:
        if not varies:
            middle = np.median(task.truth) if task.absolute else np.mean(task.truth)
            return FoldModel(None, 0, [], False, [float(middle)])
        values: Any = np.log1p(task.truth) if logarithmic else task.truth
        return _fit(family, replace(task, truth=values, classes=0), 0, [], logarithmic)
    present, numbers = np.unique(task.truth.astype(np.int64), return_inverse=True)
    known = [int(number) for number in present]
    if len(known) == 1 or not varies:
        shares = np.bincount(task.truth.astype(np.int64), minlength=classes) / len(task.truth)
        return FoldModel(None, classes, known, False, shares.tolist())
    return _fit(family, replace(task, truth=numbers, classes=len(known)), classes, known, False)


def _fit(family: Family, task: FitTask, classes: int, present: list[int], logarithmic: bool) -> FoldModel:
    crosses = chosen_crosses(task) if task.parameters.get(PARAMETER) else None
    fitted = family.fit(with_crosses(task, crosses) if crosses else task)
    return FoldModel(fitted, classes, present, logarithmic, [], crosses)


def _varies(matrix: Matrix) -> bool:
    first = matrix[:1]
    return bool(np.any((matrix != first) & ~(np.isnan(matrix) & np.isnan(first))))


def load_model(family: Family, folder: Path, features: list[Feature]) -> FoldModel:
    state = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    present = [int(number) for number in state["present"]]
    crosses = read_crosses(state.get(PARAMETER, []))
    fitted = None if state["constant"] else family.load(folder, [*features, *features_of(crosses)], len(present))
    return FoldModel(
        fitted, int(state["classes"]), present, bool(state["logarithmic"]), list(state["constant"]), crosses
    )
