"""The target column as numbers to learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .errors import RunnerError
from .protocol import TaskType

MAXIMUM_CLASSES = 1_000


@dataclass(frozen=True)
class Target:
    """`values`: (n,) class numbers or float64. `kept`: rows of the table that have a target, in order."""

    task: TaskType
    values: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    kept: npt.NDArray[np.int64]
    classes: list[str]
    positive: int
    """Number of the rarer of two classes (the second of equals); 1 where there are more or none."""

    @property
    def is_classification(self) -> bool:
        return self.task != "REGRESSION"


def read_target(column: pd.Series, task: TaskType) -> Target:
    """Raises RunnerError TARGET_* where there is nothing to learn."""
    return _numbers(column) if task == "REGRESSION" else _classes(column, task)


def label_text(value: object) -> str:
    """The text of a label as it stood in the data: 1 gives "1", 1.0 gives "1.0"."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)


def _order(labels: list[str]) -> list[str]:
    try:
        return sorted(labels, key=float)
    except ValueError:
        return sorted(labels)


def _classes(column: pd.Series, task: TaskType) -> Target:
    kept = np.flatnonzero(column.notna().to_numpy())
    if len(kept) == 0:
        raise RunnerError("TARGET_EMPTY", "The target column has no values.")
    codes, raw = pd.factorize(column.iloc[kept])
    texts = [label_text(value) for value in raw]
    classes = _order(texts)
    if len(classes) == 1:
        raise RunnerError("TARGET_CONSTANT", "Every row has the same target; there is nothing to predict.")
    if len(classes) > MAXIMUM_CLASSES:
        raise RunnerError("TOO_MANY_CLASSES", f"The target has {len(classes)} classes, {MAXIMUM_CLASSES} at most.")
    if task == "BINARY_CLASSIFICATION" and len(classes) > 2:
        raise RunnerError("TARGET_NOT_BINARY", f"The target has {len(classes)} classes, not two.")
    place = {text: number for number, text in enumerate(classes)}
    values = np.array([place[text] for text in texts], dtype=np.int64)[codes]
    sizes = np.bincount(values)
    positive = 0 if len(classes) == 2 and sizes[0] < sizes[1] else 1
    return Target(task, values, kept, classes, positive)


def _numbers(column: pd.Series) -> Target:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    kept = np.flatnonzero(np.isfinite(numbers))
    if not column.notna().any():
        raise RunnerError("TARGET_EMPTY", "The target column has no values.")
    if len(kept) == 0:
        raise RunnerError("TARGET_NOT_NUMERIC", "The target column holds no numbers.")
    values = numbers[kept]
    if np.all(values == values[0]):
        raise RunnerError("TARGET_CONSTANT", "Every row has the same target; there is nothing to predict.")
    return Target("REGRESSION", values, kept, [], 1)
