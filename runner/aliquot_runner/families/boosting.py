"""What the boosting families share: the number of rounds is chosen on a part of the training rows.

The validation rows of the fold are never looked at. 15 % of the training rows stop the boosting early; on small
tables the model is then fitted again to all training rows with that many rounds. On large tables a few rounds are
timed first: where the time will not do for the usual number, the steps become longer.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from .base import Family, FitTask, Fitted, Scalar

WATCHED_SHARE = 0.15
MINIMUM_ROWS = 60
ROUNDS_WITHOUT_WATCHING = 60
REFIT_UP_TO_ROWS = 20_000
PATIENCE_ROUNDS = 40
LEAST_GAIN = 1e-4
"""What 40 rounds must improve to go on: of the log loss, or of the target's spread."""
TIMED_FROM_CELLS = 100_000
TIMED_ROUNDS = 4
USUAL_ROUNDS = 350
LONGEST_STEP = 0.3

Index = npt.NDArray[np.int64]


def watched_rows(task: FitTask) -> tuple[Index, Index]:
    """Rows to learn from and rows to watch; stratified, every class stays among the rows to learn from."""
    generator = np.random.default_rng(task.seed)
    order = generator.permutation(len(task.truth))
    if task.classes == 0:
        cut = int(len(order) * WATCHED_SHARE)
        return np.sort(order[cut:]), np.sort(order[:cut])
    watched: list[Index] = []
    for number in range(task.classes):
        rows = order[task.truth[order] == number]
        watched.append(rows[: int(len(rows) * WATCHED_SHARE)])
    watch = np.sort(np.concatenate(watched))
    return np.setdiff1d(np.arange(len(order)), watch), watch


class Booster(Family):
    """A family that adds trees in rounds until the watched rows stop improving."""

    step: ClassVar[str]
    """Name of the parameter that is the length of a boosting step."""

    @abstractmethod
    def boost(self, task: FitTask, watch: FitTask | None, rounds: int) -> tuple[Fitted, int]:
        """Boosts for at most `rounds`, stopping early on `watch`; returns the model and its number of rounds.

        Calls `task.heard` with the log loss, the RMSE or the MAE of `watch` after each round.
        """

    def fit(self, task: FitTask) -> Fitted:
        if task.decided:
            return self._fit_again(task)
        rounds = task.integer("rounds")
        learn, watch = watched_rows(task)
        if len(task.truth) < MINIMUM_ROWS or len(watch) < 5:
            model, used = self.boost(task, None, min(rounds, ROUNDS_WITHOUT_WATCHING))
            model.decided = self._decided(task, used, whole=True)
            return model
        task = self._in_time(task)
        began = time.monotonic()
        losses: list[float] = []
        listening = replace(task.rows(learn), heard=_listener(losses, task))
        model, used = self.boost(listening, task.rows(watch), rounds)
        spent = time.monotonic() - began
        whole = len(task.truth) <= REFIT_UP_TO_ROWS and spent * 1.5 <= task.seconds_left()
        if whole:
            model, used = self.boost(task, None, max(used, 1))
        model.losses = losses
        model.decided = self._decided(task, used, whole)
        return model

    def _decided(self, task: FitTask, rounds: int, whole: bool) -> dict[str, Scalar]:
        """`whole`: of all training rows, not only of those that are not watched."""
        return {"rounds": rounds, self.step: task.number(self.step), "whole": whole}

    def _fit_again(self, task: FitTask) -> Fitted:
        decided = task.decided
        rows = task if decided["whole"] else task.rows(watched_rows(task)[0])
        again = replace(rows, parameters={**task.parameters, self.step: decided[self.step]})
        model, used = self.boost(again, None, int(decided["rounds"] or 1))
        model.decided = self._decided(again, used, bool(decided["whole"]))
        return model

    def _in_time(self, task: FitTask) -> FitTask:
        if len(task.truth) * max(1, task.classes) < TIMED_FROM_CELLS:
            return task
        began = time.monotonic()
        self.boost(task, None, TIMED_ROUNDS)
        affordable = 0.8 * task.seconds_left() * TIMED_ROUNDS / (time.monotonic() - began)
        usual = task.number(self.step)
        longer = max(usual, min(LONGEST_STEP, usual * USUAL_ROUNDS / max(1.0, affordable)))
        return replace(task, parameters={**task.parameters, self.step: longer})


def _listener(losses: list[float], task: FitTask) -> Callable[[int, float], None]:
    def hear(number: int, loss: float) -> None:
        losses.append(loss)
        if task.heard is not None:
            task.heard(number, loss)

    return hear
