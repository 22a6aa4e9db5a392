"""Which of the finished models is to be used: the one that will do best on rows that nobody has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .metrics.base import Metric
from .report import ENSEMBLE
from .ties import is_ahead

STANDARD_ERRORS = 2.0


@dataclass(frozen=True)
class Best:
    """`fold_scores`: of each fold; none where they are not known."""

    algorithm: str
    score: float
    fold_scores: Sequence[float] = ()


def leader(models: Mapping[str, Best], metric: Metric) -> Best | None:
    """The best score, the first of equals; but the ensemble, unless the best is ahead of it beyond doubt.

    The score of a single algorithm is the best of many trials, which flatters it; that of the ensemble is cross-fitted.
    Ahead beyond doubt is more than two standard errors of the mean difference, fold by fold.
    """
    best: Best | None = None
    for model in models.values():
        if best is None or metric.better(model.score, best.score):
            best = model
    blend = models.get(ENSEMBLE)
    if best is None or blend is None or best is blend:
        return best
    return best if _is_beyond_doubt(best, blend, 1 if metric.greater_is_better else -1) else blend


def _is_beyond_doubt(best: Best, blend: Best, sign: int) -> bool:
    if len(best.fold_scores) != len(blend.fold_scores) or len(best.fold_scores) < 2:
        return True
    return is_ahead(sign * (np.array(best.fold_scores) - np.array(blend.fold_scores)), STANDARD_ERRORS)
