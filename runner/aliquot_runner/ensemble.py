"""Greedy ensemble selection with replacement (Caruana et al., 2004) on out-of-fold predictions.

On few rows the weights are shrunk towards equal ones of the members that are as good as the best one: docs/portfolio.md
tells what other ways were compared on.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from .metrics.base import Metric, Truth, Values

MAXIMUM_PICKS = 25
MAXIMUM_ROWS = 6_000
PRIOR_ROWS = 500
"""Equal weights count as if so many rows had spoken for them."""
LEAST_SHARE = 0.1
MOST_TIED = 5
BLOCKS = 10

Weights = npt.NDArray[np.float64]


def greedy_weights(
    metric: Metric, truth: Truth, predictions: list[Values], positive: int, seed: int, stop_at: float
) -> Weights:
    """(members,) weights that add up to 1: the best member, then 24 times whichever helps most or hurts least.

    The best of these mixtures is taken; of ties, a member already in wins. On large tables the choice is made on
    6,000 rows drawn by the seed; below 4,500 rows a share of the weight goes to those that are tied with the best.
    """
    rows = np.arange(len(truth))
    if len(rows) > MAXIMUM_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MAXIMUM_ROWS, replace=False))
    truth = truth[rows]
    candidates = [prediction[rows] for prediction in predictions]
    weights = _greedy(metric, truth, candidates, positive, stop_at)
    share = PRIOR_ROWS / (PRIOR_ROWS + len(rows))
    tied = _tied(metric, truth, candidates, positive, seed, stop_at) if share >= LEAST_SHARE else []
    if not tied:
        return weights
    equal = np.zeros_like(weights)
    equal[tied] = 1 / len(tied)
    return (1 - share) * weights + share * equal


def _greedy(metric: Metric, truth: Truth, candidates: list[Values], positive: int, stop_at: float) -> Weights:
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


def _tied(
    metric: Metric, truth: Truth, candidates: list[Values], positive: int, seed: int, stop_at: float
) -> list[int]:
    """Of the best five, those that are behind the best by no more than a standard error, by the jackknife over blocks
    of rows. None where it cannot be told.
    """

    def score(number: int, rows: npt.NDArray[np.bool_]) -> float:
        found = metric.score(truth[rows], candidates[number][rows], positive)
        return np.nan if found is None else found

    everything = np.ones(len(truth), dtype=np.bool_)
    whole = np.array([score(number, everything) for number in range(len(candidates))])
    ranked = np.argsort(-whole if metric.greater_is_better else whole, kind="stable")[:MOST_TIED]
    block = np.random.default_rng(seed).permutation(len(truth)) % BLOCKS
    parts = np.full((BLOCKS, len(ranked)), np.nan)
    for place in range(BLOCKS):
        if time.monotonic() > stop_at:
            return []
        parts[place] = [score(int(number), block != place) for number in ranked]
    behind = np.abs(whole[ranked] - whole[ranked[0]])
    differences = parts - parts[:, :1]
    errors = np.sqrt((BLOCKS - 1) * differences.var(axis=0))
    return [int(number) for number, is_tied in zip(ranked, behind <= errors, strict=True) if is_tied]


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
