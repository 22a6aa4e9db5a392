"""Greedy ensemble selection with replacement (Caruana et al., 2004) on out-of-fold predictions."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from .metrics.base import Metric, Truth, Values

MAXIMUM_PICKS = 25
MAXIMUM_ROWS = 6_000

Weights = npt.NDArray[np.float64]


def greedy_weights(
    metric: Metric, truth: Truth, predictions: list[Values], positive: int, seed: int, stop_at: float
) -> Weights:
    """(members,) weights that add up to 1: the best member, then 24 times whichever helps most or hurts least.

    The best of these mixtures is taken; of ties, a member already in wins. On large tables the choice is made on
    6,000 rows drawn by the seed.
    """
    rows = np.arange(len(truth))
    if len(rows) > MAXIMUM_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MAXIMUM_ROWS, replace=False))
    truth = truth[rows]
    candidates = [prediction[rows] for prediction in predictions]
    counts = np.zeros(len(candidates), dtype=np.int64)
    total = np.zeros_like(candidates[0])
    best: float | None = None
    best_counts = counts
    for pick in range(1, MAXIMUM_PICKS + 1):
        leading: float | None = None
        chosen = -1
        for number in sorted(range(len(candidates)), key=lambda number: counts[number] == 0):
            if pick > 1 and time.monotonic() > stop_at:
                break
            score = metric.score(truth, (total + candidates[number]) / pick, positive)
            if score is not None and (leading is None or metric.better(score, leading)):
                leading, chosen = score, number
        if leading is None:
            break
        counts[chosen] += 1
        total += candidates[chosen]
        if best is None or metric.better(leading, best):
            best, best_counts = leading, counts.copy()
    if best is None:
        best_counts = np.eye(1, len(candidates), dtype=np.int64)[0]
    return np.asarray(best_counts / best_counts.sum(), dtype=np.float64)


def blend(predictions: list[Values], weights: Weights) -> Values:
    parts = [weight * prediction for weight, prediction in zip(weights, predictions, strict=True)]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64)


def cross_fitted(
    metric: Metric,
    truth: Truth,
    predictions: list[Values],
    folds: npt.NDArray[np.uint8],
    positive: int,
    seed: int,
    stop_at: float,
) -> tuple[Values, Weights]:
    """Blend in which the rows of each fold are weighted by what was chosen on the others; (folds, members) weights."""
    chosen: list[Weights] = []
    for fold in np.unique(folds):
        rest = folds != fold
        others = [prediction[rest] for prediction in predictions]
        chosen.append(greedy_weights(metric, truth[rest], others, positive, seed, stop_at))
    weights = np.array(chosen)
    return blend_by_fold(predictions, weights, folds), weights


def blend_by_fold(predictions: list[Values], weights: Weights, folds: npt.NDArray[np.uint8]) -> Values:
    """`weights`: (folds, members), the rows of each fold by their own."""
    result = np.empty_like(predictions[0])
    for place, fold in enumerate(np.unique(folds)):
        here = folds == fold
        result[here] = blend([prediction[here] for prediction in predictions], weights[place])
    return result
