"""Which algorithm gets the next trial, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .run_state import RunState, TrialState
from .search import Search
from .training import Training, Trial

RANK_PATTERN = (0, 1, 0, 2, 0, 1, 0, 3)
"""The best algorithm so far gets half of the trials, the second a quarter."""
MAXIMUM_TRIALS = 300


class Tuner:
    def __init__(self, training: Training) -> None:
        self._training = training
        self._turn = 0
        self.out_of_time = False

    def next_trial(self, runs: Mapping[str, RunState], seconds_left: float, slots: int) -> TrialState | None:
        """A new trial, or None where nothing is left to try or nothing would end in the time that is left."""
        if self._training.spec["tuning"] == "NONE":
            return None
        while candidates := self._ranked([run for run in runs.values() if run.is_tunable]):
            quick = [run for run in candidates if _seconds(run) / slots < seconds_left]
            if not quick:
                self.out_of_time = True
                return None
            run = quick[min(RANK_PATTERN[self._turn % len(RANK_PATTERN)], len(quick) - 1)]
            self._turn += 1
            number = len(run.trials)
            asked = self._search(run).ask(number) if number < MAXIMUM_TRIALS else None
            if asked is None:
                run.exhausted = True
                continue
            state = TrialState(Trial(run.key, number, {**run.trials[0].trial.parameters, **asked}))
            run.trials.append(state)
            return state
        return None

    def should_stop(self, run: RunState, state: TrialState) -> bool:
        """Whether the pruner would not go on after the folds scored so far."""
        if run.search is None or state.trial.number == 0:
            return False
        mean = sum(state.scores.values()) / len(state.scores)
        return run.search.should_stop(state.trial.number, len(state.scores), mean)

    def ended(self, run: RunState, state: TrialState) -> None:
        if run.search is not None and state.trial.number > 0:
            run.search.tell(state.trial.number, state.score)

    def _search(self, run: RunState) -> Search:
        if run.search is None:
            training = self._training
            run.search = Search(
                run.family,
                training.spec["tuning"],
                training.metric.greater_is_better,
                training.fold_count,
                training.spec["seed"],
            )
            first = run.trials[0]
            if first.score is not None:
                run.search.tell_default(first.trial.parameters, first.score)
        return run.search

    def _ranked(self, runs: Sequence[RunState]) -> list[RunState]:
        sign = -1 if self._training.metric.greater_is_better else 1
        return sorted(runs, key=lambda run: sign * (run.best.score or 0.0) if run.best else 0.0)


def _seconds(run: RunState) -> float:
    return run.best.seconds if run.best else 0.0
