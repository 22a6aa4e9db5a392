"""Where each algorithm stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .families.base import Dimension, Family
from .metrics.base import Metric
from .protocol import FailureCode, ResumedRun, RunFinished
from .search import Search
from .training import Trial


@dataclass(frozen=True)
class Restore:
    """Where a trial's models are, and what they scored fold by fold."""

    archive: Path
    scores: list[float]
    seconds: float


@dataclass
class TrialState:
    trial: Trial
    scores: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    score: float | None = None
    """On all rows; None until every fold is scored."""
    dropped: bool = False
    """No further folds: it failed, or the pruner stopped it."""
    judged: int = 0
    """Folds, from the first on, that the pruner has heard of."""
    restore: Restore | None = None
    """Its models are taken from there in place of being fitted."""
    kept: dict[int, Path] = field(default_factory=dict)
    """Folds that were scored and told before a worker was lost, taken up in place of fits."""
    is_told: bool = False
    """Its end was told then, too."""
    is_recorded: bool = False
    """It was compared with the others then: what was kept of it is for an ensemble alone."""

    def take_up_for_ensemble(self, kept: Mapping[int, Path]) -> None:
        """Its folds are scored again; its score stays what it is."""
        self.kept, self.is_recorded = dict(kept), True
        self.scores, self.seconds = {}, 0.0


@dataclass
class RunState:
    """The first of `trials` is the one before tuning, or what else the others are laid over."""

    family: Family
    space: Mapping[str, Dimension]
    trials: list[TrialState]
    next_number: int = 1
    begun: int = 0
    """Trials of this training that tuning has asked for."""
    best: TrialState | None = None
    finished_trials: int = 0
    baseline_score: float | None = None
    reporting: TrialState | None = None
    """The trial whose report is being made."""
    reported: RunFinished | None = None
    failed: bool = False
    failed_by: FailureCode | None = None
    search: Search | None = None
    exhausted: bool = False
    """There is nothing left to try, or nothing is to be."""
    was_told: bool = False
    """Its start was told before a worker was lost."""
    recorded: ResumedRun | None = None
    """What an earlier training has left of it, and what stays where this one has nothing better."""

    @property
    def key(self) -> str:
        return self.family.key

    @property
    def is_tunable(self) -> bool:
        return self.best is not None and not self.failed and not self.exhausted and bool(self.space)

    @property
    def has_improved(self) -> bool:
        """It has a model that no earlier training has left."""
        return self.best is not None and self.best.restore is None

    @property
    def opening(self) -> TrialState:
        """What has to be done before anything else: the first trial, or restoring the best one."""
        return next((state for state in self.trials if state.restore is not None), self.trials[0])

    def new_trial(self, parameters: Mapping[str, str | float | bool | None]) -> TrialState:
        base = self.trials[0].trial.parameters
        state = TrialState(Trial(self.key, self.next_number, {**base, **parameters}))
        self.next_number += 1
        self.begun += 1
        self.trials.append(state)
        return state

    def begin_anew(self, state: TrialState) -> TrialState:
        """The recorded trials are of other data or folds: the best one is the first of a new row of numbers."""
        first = TrialState(replace(state.trial, number=self.next_number))
        self.next_number += 1
        self.trials = [first]
        self.finished_trials = 0
        self.baseline_score = None
        return first

    def best_with(self, state: TrialState, metric: Metric) -> TrialState | None:
        """The best of its complete trials when this one is among them; the earlier one where two are equal."""
        if state.score is None:
            return self.best
        former = None if self.best is None else self.best.score
        return state if former is None or metric.better(state.score, former) else self.best
