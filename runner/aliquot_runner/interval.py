"""95 % interval of a score: the delete-a-group jackknife (Kott, 2001) over the predicted rows.

The rows are dealt into at most 20 groups; the spread of the scores without one group each gives the standard error,
Student's t with groups - 1 degrees of freedom its factor. It tells how much the score would change with other rows,
not with other training.
"""

from __future__ import annotations

import numpy as np

from .metrics.base import Metric, Truth, Values

GROUPS = 20
T_975 = (
    12.71,
    4.30,
    3.18,
    2.78,
    2.57,
    2.45,
    2.36,
    2.31,
    2.26,
    2.23,
    2.20,
    2.18,
    2.16,
    2.14,
    2.13,
    2.12,
    2.11,
    2.10,
    2.09,
)


def score_interval(
    metric: Metric, truth: Truth, prediction: Values, positive: int, seed: int, score: float
) -> tuple[float, float]:
    groups = min(GROUPS, len(truth))
    member = np.random.default_rng(seed).permutation(len(truth)) % groups
    left_out = [
        metric.score(truth[member != number], prediction[member != number], positive) for number in range(groups)
    ]
    defined = np.array([value for value in left_out if value is not None])
    if len(defined) < 2:
        return score, score
    count = len(defined)
    error = np.sqrt((count - 1) / count * np.sum((defined - defined.mean()) ** 2))
    reach = float(error) * T_975[count - 2]
    low, high = metric.bounds
    return max(score - reach, min(low, score)), min(score + reach, max(high, score))
