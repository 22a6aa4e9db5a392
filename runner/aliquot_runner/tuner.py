"""Which algorithm gets the next trial, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .families.base import Dimension, Scalar
from .portfolio import Entry, portfolio
from .run_state import RunState, TrialState
from .search import Search
from .training import Training

RANK_PATTERN = (0, 1, 0, 2, 0, 1, 0, 3)
"""The best algorithm so far gets half of the trials, the second a quarter."""
MAXIMUM_TRIALS = 300


class Tuner:
    """`trials_left`: new ones that may still be begun, over all algorithms."""

    def __init__(self, training: Training, trials_left: int) -> None:
        self._training = training
        self._turn = 0
        self._trials_left = trials_left
        self._waiting = list(portfolio(training.spec["taskType"])) if training.spec["tuning"] == "AUTO" else []
        self._most_of_one = max(MAXIMUM_TRIALS, training.spec["maxTrials"] or 0)
        self.out_of_time = False

    def next_trial(self, runs: Mapping[str, RunState], seconds_left: float, slots: int) -> TrialState | None:
        """A new trial, or None where nothing is left to try or nothing would end in the time that is left."""
        if self._training.spec["tuning"] == "NONE" or self._trials_left <= 0:
            return None
        known = self._next_known(runs, seconds_left * slots)
        if known is not None:
            self._trials_left -= 1
            return known
        while candidates := self._ranked([run for run in runs.values() if run.is_tunable]):
            quick = [run for run in candidates if _seconds(run) / slots < seconds_left]
            self.out_of_time = not quick
            if not quick:
                return None
            run = quick[min(RANK_PATTERN[self._turn % len(RANK_PATTERN)], len(quick) - 1)]
            self._turn += 1
            asked = self._search(run).ask(run.next_number) if run.begun < self._most_of_one else None
            if asked is None:
                run.exhausted = True
                continue
            self._trials_left -= 1
            return run.new_trial(asked)
        return None

    def should_stop(self, run: RunState, state: TrialState) -> bool:
        """Whether the pruner would not go on. It hears of the folds in their order, whichever ends first, so that all
        trials are compared on the same rows; what comes after the fold that decides does not count.
        """
        if run.search is None or state is run.trials[0]:
            return False
        while state.judged < self._training.fold_count - 1 and state.judged in state.scores:
            state.judged += 1
            heard = {fold: state.scores[fold] for fold in range(state.judged)}
            if run.search.should_stop(state.trial.number, state.judged, sum(heard.values()) / state.judged):
                state.scores = heard
                return True
        return False

    def ended(self, run: RunState, state: TrialState) -> None:
        if run.search is not None and state is not run.trials[0]:
            run.search.tell(state.trial.number, state.score)

    def why_done(self, runs: Mapping[str, RunState]) -> str:
        """Why there is no next trial, for people."""
        if self.out_of_time:
            return "No further trial would have ended in time."
        if self._training.spec["tuning"] == "NONE":
            return "Without tuning each algorithm has one trial."
        if self._trials_left <= 0:
            return "The limit of trials is reached."
        if any(run.begun > 0 for run in runs.values()):
            return "Every configuration of the search spaces that is worth a trial has been tried."
        return "There is nothing to tune."

    def _next_known(self, runs: Mapping[str, RunState], seconds: float) -> TrialState | None:
        """The next of the portfolio for which there is the time; what does not fit waits for a longer budget."""
        for entry in list(self._waiting):
            run = runs.get(entry.algorithm)
            if run is None or run.failed or run.exhausted or not self._fits(entry, run) or is_known(run, entry):
                self._waiting.remove(entry)
            elif run.best is not None and run.best.seconds < seconds:
                self._waiting.remove(entry)
                return run.new_trial(entry.parameters)
        return None

    def _fits(self, entry: Entry, run: RunState) -> bool:
        training = self._training
        suits = run.family.suits(entry.parameters, training.target.values, training.metric.learns)
        return suits and self._fits_wishes(entry, run)

    def _fits_wishes(self, entry: Entry, run: RunState) -> bool:
        """Where the user has drawn the space of the algorithm, nothing outside of it is tried."""
        if run.key not in self._training.spec.get("searchSpace", {}):
            return True
        parameters = {**run.trials[0].trial.parameters, **entry.parameters}
        return all(_lies_in(dimension, parameters[name]) for name, dimension in run.space.items())

    def _search(self, run: RunState) -> Search:
        if run.search is None:
            training = self._training
            run.search = Search(
                run.space,
                training.spec["tuning"],
                training.metric.greater_is_better,
                training.fold_count,
                training.spec["seed"] + run.next_number - 1,
            )
            for state in run.trials:
                scores = [state.scores[fold] for fold in sorted(state.scores)]
                if scores or state.is_recorded:
                    run.search.tell_known(state.trial.parameters, state.score, scores)
        return run.search

    def _ranked(self, runs: Sequence[RunState]) -> list[RunState]:
        sign = -1 if self._training.metric.greater_is_better else 1
        return sorted(runs, key=lambda run: sign * (run.best.score or 0.0) if run.best else 0.0)


def is_known(run: RunState, entry: Entry) -> bool:
    wanted = {**run.trials[0].trial.parameters, **entry.parameters}
    return any(dict(state.trial.parameters) == wanted for state in run.trials)


def _lies_in(dimension: Dimension, value: Scalar) -> bool:
    if dimension.kind == "CHOICE":
        return value in dimension.choices
    return value is not None and not isinstance(value, str) and dimension.low <= value <= dimension.high


def _seconds(run: RunState) -> float:
    return run.best.seconds if run.best else 0.0
