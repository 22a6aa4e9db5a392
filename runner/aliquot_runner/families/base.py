"""What every family of algorithms is."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..encoder import Feature, Matrix
from ..protocol import TaskType

Scalar = str | float | bool | None
Values = npt.NDArray[np.float64]
Target = npt.NDArray[np.int64] | npt.NDArray[np.float64]

ALL_TASKS: tuple[TaskType, ...] = ("BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION", "REGRESSION")
CLASSIFIES: tuple[TaskType, ...] = ("BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION")


@dataclass(frozen=True)
class Dimension:
    """One dimension of a search space. `low` and `high` are both within it; `choices` for kind CHOICE.

    `limits`: how far a user may widen it, where it is still sane and the library takes it.
    """

    kind: Literal["INTEGER", "NUMBER", "CHOICE"]
    low: float = 0
    high: float = 0
    logarithmic: bool = False
    choices: tuple[Scalar, ...] = ()
    limits: tuple[float, float] = (0, 0)


@dataclass(frozen=True)
class Footprint:
    """Bytes that a fit needs at its peak beside the matrix it is given, measured on tables of two million cells."""

    cell: float
    row: float = 0.0
    feature: float = 0.0
    """Of each class where there are more than two."""


@dataclass(frozen=True)
class FitTask:
    """One model to fit.

    `matrix`: (rows, features) float32 with NaN. `truth`: (rows,) class numbers 0 … classes - 1, each of them present,
    or float64. `classes`: 0 for regression. `stop_at`: reading of `time.monotonic` at which the model should stop
    growing and be returned as it is.
    """

    matrix: Matrix
    features: list[Feature]
    truth: Target
    classes: int
    absolute: bool
    """Regression: the median is wanted, not the mean."""
    parameters: Mapping[str, Scalar]
    seed: int
    threads: int
    stop_at: float
    heard: Callable[[int, float], None] | None = None
    """Is told of each iteration, from 1, and its loss on rows that the model does not learn from."""
    decided: Mapping[str, Scalar] = field(default_factory=dict)
    """What an earlier fit of the same task told as `Fitted.decided`: done again as it was, whatever the clock says."""

    def rows(self, index: npt.NDArray[np.int64]) -> FitTask:
        return replace(self, matrix=self.matrix[index], truth=self.truth[index])

    def seconds_left(self) -> float:
        return self.stop_at - time.monotonic()

    def number(self, name: str) -> float:
        return float(self.parameters[name] or 0)

    def integer(self, name: str) -> int:
        return int(float(self.parameters[name] or 0))


class Fitted(ABC):
    """A fitted model that can be asked and written down without pickle."""

    losses: Sequence[float] = ()
    """Of each iteration, on rows that it did not learn from; empty where it has no iterations, or was loaded."""
    decided: Mapping[str, Scalar] = MappingProxyType({})
    """What fitting chose by the clock or by watched rows: as `FitTask.decided` it gives the same model again."""

    @abstractmethod
    def predict(self, matrix: Matrix) -> Values:
        """(rows, classes) probabilities, or (rows,) values of the target."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Writes the model's files into the empty `folder`: the library's native format, skops, npz or JSON."""

    def importance(self) -> Values | None:
        """(features,) non-negative figures of any scale; None where the algorithm has none."""
        return None

    def chosen(self) -> dict[str, Scalar]:
        """Parameters as fitting itself decided them, such as the number of boosting rounds."""
        return {}


class Family(ABC):
    """One algorithm of the catalogue. Stateless: everything is in its arguments."""

    key: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    tasks: ClassVar[tuple[TaskType, ...]] = ALL_TASKS
    order: ClassVar[int]
    """Place in the order of starting, small numbers first: the quick ones."""
    strength: ClassVar[int]
    """Small numbers first where there are fewer trials than algorithms, and when more trials are tried."""
    effort: ClassVar[float] = 1.0
    """Share of the time it gets where time is short, relative to the others."""
    footprint: ClassVar[Footprint] = Footprint(40.0)
    packages: ClassVar[tuple[str, ...]] = ("scikit-learn", "skops")
    """Distributions whose versions a model depends on."""
    is_default: ClassVar[bool] = True
    """Trained where the user names no algorithms, on tables of at most `most_rows` and with `least_budget_seconds`."""
    most_rows: ClassVar[int | None] = None
    least_budget_seconds: ClassVar[float] = 0.0
    defaults: ClassVar[dict[str, Scalar]]
    space: ClassVar[dict[str, Dimension]] = {}
    """Dimensions that are tuned; the default of each lies inside it."""

    def is_worth_its_time(self, rows: int, budget_seconds: float) -> bool:
        small = self.most_rows is None or rows <= self.most_rows
        return self.is_default and small and budget_seconds >= self.least_budget_seconds

    def suits(self, parameters: Mapping[str, Scalar], truth: Target, learns: str) -> bool:
        """Whether such parameters are worth a trial on this target, where `learns` is what the metric asks for."""
        return True

    def typed(self, parameters: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """Whole numbers as such: a document does not tell 31 from 31.0, libraries do."""
        whole = {name for name, value in self.defaults.items() if isinstance(value, int)}
        return {
            name: int(value) if name in whole and isinstance(value, float) and value.is_integer() else value
            for name, value in parameters.items()
        }

    @abstractmethod
    def fit(self, task: FitTask) -> Fitted:
        """Fits one model with `task.threads` threads, deterministic by `task.seed` and, where the time ran out, by what
        it has `decided`."""

    @abstractmethod
    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        """Reads what `Fitted.save` wrote."""
