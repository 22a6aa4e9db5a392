"""What is told of a training, or of a run, that has nothing to show."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from .protocol import FailureCode
from .run_state import RunState

StopReason = Literal["DONE", "BUDGET", "CANCELED"]


def no_model(reason: StopReason, runs: Collection[RunState]) -> tuple[FailureCode, str]:
    if reason == "CANCELED":
        return "CANCELED", "The training was cancelled before the first model."
    if reason == "BUDGET":
        return "BUDGET_EXHAUSTED", "The time was up before the first fold was scored."
    if all(run.failed_by == "OUT_OF_MEMORY" for run in runs):
        return "OUT_OF_MEMORY", "No algorithm could be fitted in the memory that the job may use."
    return "FIT_FAILED", "No algorithm could be fitted to these data."


def not_finished(reason: StopReason, run: RunState) -> tuple[FailureCode, str]:
    if reason == "CANCELED":
        return "CANCELED", "The training was cancelled before this algorithm was complete."
    scored = max((len(state.scores) for state in run.trials), default=0)
    return "BUDGET_EXHAUSTED", f"The time was up after {scored} folds."
