"""What the boosting families share: the number of rounds is chosen on a part of the training rows.

The validation rows of the fold are never looked at. Some of the training rows stop the boosting early; on small
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

WATCHED_SHARE, LEAST_WATCHED_SHARE = 0.15, 0.05
ENOUGH_WATCHED_ROWS = 3_000
MINIMUM_ROWS = 60
ROUNDS_WITHOUT_WATCHING = 60
REFIT_UP_TO_ROWS = 20_000
PATIENCE_ROUNDS = 40
LEAST_GAIN = 1e-4
"""What 40 rounds must improve to go on: of the log loss, or of the target's spread."""
TIMED_FROM_CELLS = 500_000
TIMED_ROUNDS = 6
USUAL_WAY, LONGEST_WAY = 24.0, 80.0
"""Rounds times their step until the watched rows stop improving; above so many rows it grows by the square root."""
USUAL_ROWS = 10_000
LONGEST_STEP = 0.3
SHARE_OF_TIME = 0.85
PARTS_SEED = 7_919
PARTS, PARTS_UP_TO_CELLS = 3, 100_000
"""On small tables the rounds are the mean of what several choices of watched rows say."""
REFIT_TIMES = 1.3
"""How much longer than the first fit the one to all rows may take."""

Index = npt.NDArray[np.int64]


def watched_rows(task: FitTask) -> tuple[Index, Index]:
    """Rows to learn from and rows to watch; stratified, every class stays among the rows to learn from."""
    generator = np.random.default_rng(task.seed)
    order = generator.permutation(len(task.truth))
    share = min(WATCHED_SHARE, max(LEAST_WATCHED_SHARE, ENOUGH_WATCHED_ROWS / max(1, len(order))))
    if task.classes == 0:
        cut = int(len(order) * share)
        return np.sort(order[cut:]), np.sort(order[:cut])
    watched: list[Index] = []
    for number in range(task.classes):
        rows = order[task.truth[order] == number]
        watched.append(rows[: int(len(rows) * share)])
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
        task = self._in_time(task, learn, watch)
        began = time.monotonic()
        losses: list[float] = []
        listening = replace(task.rows(learn), heard=_listener(losses, task))
        model, used = self.boost(listening, task.rows(watch), rounds)
        spent = time.monotonic() - began
        whole = False
        if len(task.truth) <= REFIT_UP_TO_ROWS and spent * REFIT_TIMES <= task.seconds_left():
            wanted = self._wanted(task, used, rounds, spent)
            again, grown = self.boost(task, None, wanted)
            if grown == wanted or task.seconds_left() > 0:
                model, used, whole = again, grown, True
        model.losses = losses
        model.decided = self._decided(task, used, whole)
        return model

    def _wanted(self, task: FitTask, used: int, rounds: int, spent: float) -> int:
        """How many rounds a model of all rows gets, where one choice of watched rows said `used`."""
        found = [max(used, 1)]
        if task.matrix.size * max(1, task.classes) <= PARTS_UP_TO_CELLS and 3 * PARTS * spent <= task.seconds_left():
            for part in range(1, PARTS):
                learn, watch = watched_rows(replace(task, seed=task.seed + PARTS_SEED * part))
                found.append(self.boost(replace(task.rows(learn), heard=None), task.rows(watch), rounds)[1])
        return max(1, round(sum(found) / len(found)))

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

    def _in_time(self, task: FitTask, learn: Index, watch: Index) -> FitTask:
        """With steps so long that the rounds which the time allows will do."""
        if task.matrix.size * max(1, task.classes) < TIMED_FROM_CELLS:
            return task
        began = time.monotonic()
        moments: list[float] = []
        timed = replace(task.rows(learn), heard=lambda number, loss: moments.append(time.monotonic()))
        self.boost(timed, task.rows(watch), TIMED_ROUNDS)
        if len(moments) < 2:
            return task
        a_round = max((moments[-1] - moments[0]) / (len(moments) - 1), 1e-6)
        before = max(moments[0] - began - a_round, 0.0)
        affordable = (SHARE_OF_TIME * task.seconds_left() - before) / a_round
        way = min(LONGEST_WAY, USUAL_WAY * max(1.0, len(task.truth) / USUAL_ROWS) ** 0.5)
        longer = max(task.number(self.step), min(LONGEST_STEP, way / max(1.0, affordable)))
        return replace(task, parameters={**task.parameters, self.step: longer})


def _listener(losses: list[float], task: FitTask) -> Callable[[int, float], None]:
    def hear(number: int, loss: float) -> None:
        losses.append(loss)
        if task.heard is not None:
            task.heard(number, loss)

    return hear
