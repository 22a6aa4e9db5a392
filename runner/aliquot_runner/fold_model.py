"""A fitted model as the rest of the runner sees it: all classes, the target's own unit, finite figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .encoder import Feature, Matrix
from .families.base import Family, FitTask, Fitted, Scalar, Values


@dataclass(frozen=True)
class FoldModel:
    """`fitted` is None where the training rows had one class only. `present`: the classes it knows, in order."""

    fitted: Fitted | None
    classes: int
    present: list[int]
    logarithmic: bool

    def predict(self, matrix: Matrix) -> Values:
        """(rows, classes) probabilities that sum to 1, or (rows,) values."""
        if self.classes == 0:
            return self._values(matrix)
        result = np.zeros((len(matrix), self.classes))
        if self.fitted is None or len(matrix) == 0:
            result[:, self.present[0]] = 1.0
            return result
        result[:, self.present] = np.clip(np.nan_to_num(self.fitted.predict(matrix)), 0.0, 1.0)
        total = result.sum(axis=1, keepdims=True)
        return np.where(total > 0, result / np.where(total > 0, total, 1.0), 1.0 / self.classes)

    def _values(self, matrix: Matrix) -> Values:
        if self.fitted is None or len(matrix) == 0:
            return np.zeros(len(matrix))
        values = self.fitted.predict(matrix)
        return np.nan_to_num(np.expm1(np.clip(values, -50.0, 50.0)) if self.logarithmic else values)

    def chosen(self) -> dict[str, Scalar]:
        return self.fitted.chosen() if self.fitted else {}

    def importance(self, features: list[Feature]) -> dict[str, float]:
        """Figures by data column; empty where the algorithm has none."""
        figures = self.fitted.importance() if self.fitted else None
        by_source: dict[str, float] = {}
        if figures is not None:
            for feature, figure in zip(features, figures, strict=True):
                if feature.source != "nothing" and np.isfinite(figure):
                    by_source[feature.source] = by_source.get(feature.source, 0.0) + float(abs(figure))
        return by_source

    def save(self, folder: Path) -> None:
        state = {
            "classes": self.classes,
            "present": self.present,
            "logarithmic": self.logarithmic,
            "constant": self.fitted is None,
        }
        (folder / "model.json").write_text(json.dumps(state), encoding="utf-8")
        if self.fitted is not None:
            self.fitted.save(folder)


def fit_model(family: Family, task: FitTask, classes: int, logarithmic: bool) -> FoldModel:
    """`task.truth` holds class numbers of all `classes`, of which some may be missing here, or values."""
    if classes == 0:
        truth: Any = np.log1p(task.truth) if logarithmic else task.truth
        return FoldModel(family.fit(_with_truth(task, truth, 0)), 0, [], logarithmic)
    present, truth = np.unique(task.truth.astype(np.int64), return_inverse=True)
    numbers = [int(number) for number in present]
    if len(numbers) == 1:
        return FoldModel(None, classes, numbers, False)
    return FoldModel(family.fit(_with_truth(task, truth, len(numbers))), classes, numbers, False)


def load_model(family: Family, folder: Path, features: list[Feature]) -> FoldModel:
    state = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    present = [int(number) for number in state["present"]]
    fitted = None if state["constant"] else family.load(folder, features, len(present))
    return FoldModel(fitted, int(state["classes"]), present, bool(state["logarithmic"]))


def _with_truth(task: FitTask, truth: npt.NDArray[Any], classes: int) -> FitTask:
    return FitTask(
        matrix=task.matrix,
        features=task.features,
        truth=truth,
        classes=classes,
        absolute=task.absolute,
        parameters=task.parameters,
        seed=task.seed,
        threads=task.threads,
        stop_at=task.stop_at,
    )
