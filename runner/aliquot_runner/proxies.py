"""Small models that stand for many: what a plan does to them, it does to their kind.

Nothing in them is drawn by chance or chosen by how long something took, so that the same matrix always gets the same
score, and two plans differ by what they make of the rows alone.
"""

from __future__ import annotations

from .families.base import Family, FitTask, Fitted
from .families.lightgbm import Lightgbm
from .families.linear import FAMILY as LINEAR

ROUNDS = 80


class SmallBooster(Lightgbm):
    """A number of rounds that needs no watched rows; every tree sees all rows and all columns."""

    defaults = {
        **Lightgbm.defaults,
        "learning_rate": 0.08,
        "num_leaves": 15,
        "feature_fraction": 1.0,
        "bagging_fraction": 1.0,
    }

    def fit(self, task: FitTask) -> Fitted:
        return self.boost(task, None, ROUNDS)[0]


PROXIES: tuple[Family, ...] = (SmallBooster(), LINEAR)
