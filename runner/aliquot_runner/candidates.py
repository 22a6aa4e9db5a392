"""The complete trials that an ensemble may blend: their models are kept, those of all others are removed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .families.base import Values
from .run_state import RunState, TrialState
from .training import Training, out_of_fold

MAXIMUM = 24
MAXIMUM_PREDICTION_BYTES = 300_000_000
RIVALS = 3
SHARE_OF_NEW = 0.25


class Candidates:
    """Numpy only: it lives in the process that forks."""

    def __init__(self, training: Training) -> None:
        self._training = training
        size = 8 * len(training.target.values) * max(1, training.classes)
        self._most = max(2, min(MAXIMUM, MAXIMUM_PREDICTION_BYTES // size))
        self._kept: list[TrialState] = []

    def states(self) -> list[TrialState]:
        """In one order, whichever was complete first: of equal blends the first is taken."""
        return sorted(self._kept, key=lambda state: (state.trial.algorithm, state.trial.number))

    def add(self, state: TrialState) -> None:
        self._kept.append(state)

    def give_up(self, runs: Iterable[RunState]) -> list[TrialState]:
        """Those that are too many, the worst first: never the best one of a run, nor one that is being packed."""
        held = [state for run in runs for state in (run.best, run.reporting) if state is not None]
        sign = 1 if self._training.metric.greater_is_better else -1
        spare = sorted(
            (state for state in self._kept if not any(state is other for other in held)),
            key=lambda state: sign * (state.score or 0.0),
        )
        given_up = spare[: max(0, len(self._kept) - self._most)]
        self._kept = [state for state in self._kept if not any(state is other for other in given_up)]
        return given_up

    def is_unwanted(self, run: RunState, state: TrialState, runs: Iterable[RunState]) -> bool:
        """With tuning AUTO and no limit of trials, after the first fold: worse than the best trial of its run, no help
        to a blend of the best.

        The blend is the mean of the predictions of up to three runs, of which the new trial gets a quarter.
        """
        metric = self._training.metric
        best = run.best
        if (
            self._training.spec["tuning"] != "AUTO"
            # So many trials are the same ones in any run, and which fold is the first hangs on time.
            or self._training.spec["maxTrials"] is not None
            or best is None
            or len(state.scores) != 1
            or len(best.scores) < self._training.fold_count
        ):
            return False
        ((fold, score),) = state.scores.items()
        if not metric.better(best.scores[fold], score):
            return False
        rivals = sorted(
            (other.best for other in runs if other.best is not None and other.best.score is not None),
            key=lambda rival: (rival.score or 0.0) * (-1 if metric.greater_is_better else 1),
        )[:RIVALS]
        together = np.mean([self._prediction(rival, fold) for rival in rivals], axis=0)
        rows = self._training.rows(fold)
        former = self._training.score(rows, together)
        mixed = (1 - SHARE_OF_NEW) * together + SHARE_OF_NEW * self._prediction(state, fold)
        latter = self._training.score(rows, mixed)
        return former is not None and latter is not None and not metric.better(latter, former)

    def _prediction(self, state: TrialState, fold: int) -> Values:
        return out_of_fold(self._training, state.trial, [fold])[1]
