"""What the boosting families share: the number of rounds is chosen on a part of the training rows.

The validation rows of the fold are never looked at. 15 % of the training rows stop the boosting early; on small
tables the model is then fitted again to all training rows with that many rounds.
"""

from __future__ import annotations

import time
from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from .base import Family, FitTask, Fitted

WATCHED_SHARE = 0.15
MINIMUM_ROWS = 60
ROUNDS_WITHOUT_WATCHING = 60
REFIT_UP_TO_ROWS = 20_000
PATIENCE_ROUNDS = 40

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

    @abstractmethod
    def boost(self, task: FitTask, watch: FitTask | None, rounds: int) -> tuple[Fitted, int]:
        """Boosts for at most `rounds`, stopping early on `watch`; returns the model and its number of rounds."""

    def fit(self, task: FitTask) -> Fitted:
        rounds = task.integer("rounds")
        learn, watch = watched_rows(task)
        if len(task.truth) < MINIMUM_ROWS or len(watch) < 5:
            return self.boost(task, None, min(rounds, ROUNDS_WITHOUT_WATCHING))[0]
        began = time.monotonic()
        model, used = self.boost(task.rows(learn), task.rows(watch), rounds)
        spent = time.monotonic() - began
        if len(task.truth) > REFIT_UP_TO_ROWS or spent * 1.5 > task.seconds_left():
            return model
        return self.boost(task, None, max(used, 1))[0]
