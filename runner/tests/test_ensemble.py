"""Weights of an ensemble."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from aliquot_runner.ensemble import MAXIMUM_PICKS, blend, greedy_weights
from aliquot_runner.registry import metrics

Values = npt.NDArray[np.float64]


def members(rows: int, noises: list[float]) -> tuple[Values, list[Values]]:
    """Each errs on its own by that much."""
    generator = np.random.default_rng(3)
    truth = generator.normal(0, 1, rows)
    return truth, [truth + noise * generator.normal(0, 1, rows) for noise in noises]


def weights_of(truth: Values, predictions: list[Values], seconds: float = 60.0) -> Values:
    return greedy_weights(metrics()["rmse"], truth, predictions, 1, 0, time.monotonic() + seconds)


def test_only_the_picks_count() -> None:
    truth, predictions = members(5_000, [0.5, 0.5, 0.6, 3.0])
    weights = weights_of(truth, predictions)
    assert np.allclose(weights * MAXIMUM_PICKS, np.round(weights * MAXIMUM_PICKS)) or len(np.flatnonzero(weights)) <= 3
    score = metrics()["rmse"].score
    assert (score(truth, blend(predictions, weights)) or 9) < 0.9 * (score(truth, predictions[0]) or 0)
    assert weights[3] == 0


def test_of_equal_members_the_first_one_is_in_and_no_time_means_the_best_alone() -> None:
    truth, predictions = members(5_000, [0.3, 0.4])
    assert weights_of(truth, [predictions[0], predictions[0]]).tolist() == [1, 0]
    assert weights_of(truth, predictions, seconds=0.0).tolist() == [1, 0]


def test_probabilities_that_a_metric_cannot_tell_of_do_no_harm() -> None:
    truth = np.array([0] * 30 + [1])
    certain = np.column_stack([1.0 - truth, truth]) * 0.8 + 0.1
    weights = greedy_weights(metrics()["roc_auc"], truth, [certain, 1 - certain], 1, 0, time.monotonic() + 60)
    assert weights.tolist() == [1, 0]
