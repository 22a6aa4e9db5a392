"""What every metric is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..protocol import TaskType

Truth = npt.NDArray[np.int64] | npt.NDArray[np.float64]
Values = npt.NDArray[np.float64]

CLASSIFICATION: tuple[TaskType, ...] = ("BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION")
REGRESSION: tuple[TaskType, ...] = ("REGRESSION",)


class Metric(ABC):
    """Scores predictions in a unit of its own. Pure numpy: the coordinator, which forks, calls it."""

    key: ClassVar[str]
    label: ClassVar[str]
    tasks: ClassVar[tuple[TaskType, ...]]
    greater_is_better: ClassVar[bool]
    needs_probabilities: ClassVar[bool] = False
    order: ClassVar[int] = 50
    bounds: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    """Values it can take at all; intervals are cut to them."""
    learns: ClassVar[Literal["SQUARED", "ABSOLUTE", "LOGARITHMIC"]] = "SQUARED"
    """Regression only: the loss whose minimiser this metric wants (mean, median, mean of log1p)."""

    @abstractmethod
    def value(self, truth: Truth, prediction: Values, positive: int) -> float | None:
        """Score of `prediction` against `truth`; None where it is undefined on these rows.

        Classification: `truth` is (n,) class numbers, `prediction` (n, classes) probabilities, rows sum to 1,
        `positive` the number of the rarer class of two. Regression: both are (n,) in the target's unit.
        """

    def score(self, truth: Truth, prediction: Values, positive: int = 1) -> float | None:
        """As `value`, and None instead of anything that is not finite or for no rows."""
        if len(truth) == 0:
            return None
        value = self.value(truth, prediction, positive)
        return float(value) if value is not None and np.isfinite(value) else None

    def better(self, score: float, other: float) -> bool:
        return score > other if self.greater_is_better else score < other


def confusion(truth: Truth, prediction: Values) -> npt.NDArray[np.int64]:
    """(classes, classes) counts; row: truth, column: the most probable class, the first of equals."""
    classes = prediction.shape[1]
    pairs = truth.astype(np.int64) * classes + prediction.argmax(axis=1)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.int64)
