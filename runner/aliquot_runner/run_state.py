"""Where each algorithm stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from .families.base import Family
from .metrics.base import Metric
from .protocol import RunFinished
from .search import Search
from .training import Trial


@dataclass
class TrialState:
    trial: Trial
    scores: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    score: float | None = None
    """On all rows; None until every fold is scored."""
    dropped: bool = False
    """No further folds: it failed, or the pruner stopped it."""


@dataclass
class RunState:
    family: Family
    trials: list[TrialState] = field(default_factory=list)
    best: TrialState | None = None
    finished_trials: int = 0
    baseline_score: float | None = None
    reporting: TrialState | None = None
    """The trial whose report is being made."""
    reported: RunFinished | None = None
    failed: bool = False
    search: Search | None = None
    exhausted: bool = False

    @property
    def key(self) -> str:
        return self.family.key

    @property
    def is_tunable(self) -> bool:
        return self.best is not None and not self.failed and not self.exhausted and bool(self.family.space)

    def best_with(self, state: TrialState, metric: Metric) -> TrialState | None:
        """The best of its complete trials when this one is among them; the earlier one where two are equal."""
        if state.score is None:
            return self.best
        former = None if self.best is None else self.best.score
        return state if former is None or metric.better(state.score, former) else self.best
