"""Tells the server how a training goes, and remembers which run is the best so far."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from .channel import Channel
from .leader import Best, leader
from .metrics.base import Metric
from .protocol import FailureCode, FoldScored, ResumedRun, RunFinished, RunnerArtifact, Tuned
from .run_state import RunState, TrialState

PROGRESS_SECONDS = 0.5


class Announcer:
    """`resumed`: what an earlier training has left, which stays the best until something else is."""

    def __init__(self, channel: Channel, metric: Metric, resumed: Sequence[ResumedRun]) -> None:
        self._channel = channel
        self._metric = metric
        self._progress_at = 0.0
        self._fraction = 0.0
        self._iteration_at: dict[str, float] = {}
        self._models = {
            record["algorithm"]: Best(record["algorithm"], record["score"], record.get("foldScores", []))
            for record in resumed
        }
        self.best = leader(self._models, metric)

    def run_started(self, algorithm: str, label: str) -> None:
        self._channel.emit({"type": "runStarted", "algorithm": algorithm, "label": label})

    def fold_scored(self, state: TrialState, fold: int, seconds: float, file: RunnerArtifact | None) -> None:
        message: FoldScored = {
            "type": "foldScored",
            "algorithm": state.trial.algorithm,
            "trial": state.trial.number,
            "fold": fold,
            "score": state.scores[fold],
            "seconds": seconds,
        }
        if file is not None:
            message["file"] = file
        self._channel.emit(message)

    def trial_finished(self, state: TrialState, score: float, best: TrialState | None) -> None:
        self._channel.emit(
            {
                "type": "trialFinished",
                "algorithm": state.trial.algorithm,
                "trial": state.trial.number,
                "parameters": dict(state.trial.parameters),
                "score": score,
                "foldScores": [state.scores[fold] for fold in sorted(state.scores)],
                "bestScore": best.score if best else None,
                "seconds": state.seconds,
            }
        )

    def iteration_scored(self, state: TrialState, fold: int, iteration: int, loss: float) -> None:
        """At most twice a second for each run."""
        algorithm, now = state.trial.algorithm, time.monotonic()
        if now < self._iteration_at.get(algorithm, 0.0):
            return
        self._iteration_at[algorithm] = now + PROGRESS_SECONDS
        self._channel.emit(
            {
                "type": "iterationScored",
                "algorithm": algorithm,
                "trial": state.trial.number,
                "fold": fold,
                "iteration": iteration,
                "score": loss,
            }
        )

    def tuned(self, summary: Tuned | None) -> None:
        if summary is not None:
            self._channel.emit(summary)

    def run_finished(self, message: RunFinished, may_be_best: bool) -> None:
        self._channel.emit(message)
        if not may_be_best:
            return
        algorithm, former = message["algorithm"], self.best
        self._models[algorithm] = Best(algorithm, message["score"], message["foldScores"])
        self.best = leader(self._models, self._metric)
        if self.best is not None and self.best != former:
            self._channel.emit({"type": "bestChanged", "algorithm": self.best.algorithm, "score": self.best.score})

    def run_failed(self, algorithm: str, code: FailureCode, message: str) -> None:
        self._channel.emit({"type": "runFailed", "algorithm": algorithm, "code": code, "message": message})

    def info(self, message: str) -> None:
        self._channel.log("INFO", message)

    def warn(self, message: str) -> None:
        self._channel.log("WARNING", message)

    def progress(self, share: float, message: str, began: float, deadline: float) -> None:
        """At most twice a second; the fraction never goes back."""
        now = time.monotonic()
        if now < self._progress_at:
            return
        self._progress_at = now + PROGRESS_SECONDS
        self._fraction = max(self._fraction, min(0.99, share))
        left = max(0.0, deadline - now)
        estimate = (now - began) * (1 - self._fraction) / self._fraction if self._fraction > 0.05 else None
        low, high = eta_range(estimate, self._fraction, left)
        self._channel.emit(
            {
                "type": "progress",
                "fraction": self._fraction,
                "message": message,
                "etaSeconds": None if estimate is None else min(estimate, left),
                "etaLowSeconds": low,
                "etaHighSeconds": high,
                "bestScore": self.best.score if self.best else None,
            }
        )


def eta_range(estimate: float | None, fraction: float, left: float) -> tuple[float, float]:
    """From what is certain at the beginning, some time within the budget, to the estimate, as the work is done."""
    if estimate is None:
        return 0.0, left
    high = min(left, estimate * (2 - fraction))
    return min(high, estimate * fraction), high


def share_of_folds(states: Iterable[TrialState], folds: int) -> float:
    """How much of these trials is done; what was dropped counts as done."""
    done = [folds if state.dropped else len(state.scores) for state in states]
    return sum(done) / max(1, folds * len(done))


def latest(runs: Iterable[RunState]) -> list[TrialState]:
    return [state for run in runs for state in run.trials]
