"""Areas under ranked scores, shared by the metrics that need them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .base import Truth, Values


def area_under_roc(positive: npt.NDArray[np.bool_], score: Values) -> float | None:
    """Mann-Whitney statistic with midranks for ties; None without both kinds of rows."""
    hits = int(positive.sum())
    misses = len(positive) - hits
    if hits == 0 or misses == 0:
        return None
    _, place, size = np.unique(score, return_inverse=True, return_counts=True)
    midrank = np.cumsum(size) - (size - 1) / 2
    return float((midrank[place][positive].sum() - hits * (hits + 1) / 2) / (hits * misses))


def average_precision(positive: npt.NDArray[np.bool_], score: Values) -> float | None:
    """Sum over thresholds of the recall gained times the precision there, as scikit-learn defines it."""
    hits = int(positive.sum())
    if hits == 0:
        return None
    values, place = np.unique(-score, return_inverse=True)
    found = np.cumsum(np.bincount(place, weights=positive, minlength=len(values)))
    seen = np.cumsum(np.bincount(place, minlength=len(values)))
    return float(np.sum(np.diff(found, prepend=0.0) * found / seen) / hits)


def over_classes(
    area: Callable[[npt.NDArray[np.bool_], Values], float | None], truth: Truth, prediction: Values
) -> float | None:
    """Mean of one class against the rest, over the classes for which that is defined."""
    areas = [area(truth == number, prediction[:, number]) for number in range(prediction.shape[1])]
    defined = [value for value in areas if value is not None]
    return float(np.mean(defined)) if defined else None
