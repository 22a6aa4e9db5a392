from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as reference

from aliquot_runner.interval import score_interval
from aliquot_runner.registry import metrics

generator = np.random.default_rng(5)


def probabilities(rows: int, classes: int) -> Any:
    # Rounded, so that there are ties.
    raw = np.round(generator.dirichlet(np.ones(classes), size=rows), 2) + 1e-3
    return raw / raw.sum(axis=1, keepdims=True)


def labels(value: Callable[..., float], **options: Any) -> Callable[..., float]:
    return lambda truth, given: value(truth, given.argmax(axis=1), **options)


def one_against_rest(truth: Any, given: Any) -> float:
    areas = [reference.average_precision_score(truth == number, given[:, number]) for number in range(given.shape[1])]
    return float(np.mean(areas))


TWO: dict[str, Callable[..., float]] = {
    "roc_auc": lambda truth, given: reference.roc_auc_score(truth, given[:, 1]),
    "average_precision": lambda truth, given: reference.average_precision_score(truth, given[:, 1]),
    "brier": lambda truth, given: reference.brier_score_loss(truth, given[:, 1]),
}
MANY: dict[str, Callable[..., float]] = {
    "roc_auc": lambda truth, given: reference.roc_auc_score(truth, given, multi_class="ovr", average="macro"),
    "average_precision": one_against_rest,
    "brier": reference.brier_score_loss,
}
BOTH: dict[str, Callable[..., float]] = {
    "log_loss": reference.log_loss,
    "accuracy": labels(reference.accuracy_score),
    "balanced_accuracy": labels(reference.balanced_accuracy_score),
    "f1_macro": labels(reference.f1_score, average="macro"),
    "mcc": labels(reference.matthews_corrcoef),
}
NUMBERS: dict[str, Callable[..., float]] = {
    "rmse": reference.root_mean_squared_error,
    "mae": reference.mean_absolute_error,
    "r2": reference.r2_score,
    "mape": reference.mean_absolute_percentage_error,
    "median_absolute_error": reference.median_absolute_error,
    "rmsle": reference.root_mean_squared_log_error,
}


def test_every_metric_is_compared() -> None:
    assert set(metrics()) == set(BOTH) | set(TWO) | set(NUMBERS)


@pytest.mark.parametrize(("classes", "known"), [(2, BOTH | TWO), (5, BOTH | MANY)])
def test_classification_agrees_with_scikit_learn(classes: int, known: dict[str, Callable[..., float]]) -> None:
    truth = generator.integers(0, classes, size=500)
    given = probabilities(500, classes)
    for key, expected in known.items():
        assert metrics()[key].score(truth, given) == pytest.approx(expected(truth, given), abs=1e-12), key


@pytest.mark.parametrize("key", sorted(NUMBERS))
def test_regression_agrees_with_scikit_learn(key: str) -> None:
    truth = generator.gamma(2.0, 5.0, size=500)
    given = truth * generator.lognormal(sigma=0.3, size=500)
    assert metrics()[key].score(truth, given) == pytest.approx(NUMBERS[key](truth, given), rel=1e-12)


def test_undefined_is_none() -> None:
    same = np.zeros(4, dtype=np.int64)
    assert metrics()["roc_auc"].score(same, probabilities(4, 2)) is None
    assert metrics()["mape"].score(np.array([0.0, 1.0]), np.array([1.0, 1.0])) is None
    assert metrics()["rmsle"].score(np.array([-1.0, 1.0]), np.array([1.0, 1.0])) is None
    assert metrics()["r2"].score(np.ones(3), np.ones(3)) is None
    assert metrics()["rmse"].score(np.zeros(0), np.zeros(0)) is None


def test_average_precision_is_of_the_rarer_class() -> None:
    truth = np.array([0, 1, 1, 1, 0, 1])
    given = probabilities(6, 2)
    assert metrics()["average_precision"].score(truth, given, positive=0) == pytest.approx(
        reference.average_precision_score(truth == 0, given[:, 0])
    )


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    accuracy = metrics()["accuracy"]
    held = 0
    for seed in range(200):
        draws = np.random.default_rng(seed)
        truth = draws.integers(0, 2, size=300)
        right = draws.random(300) < 0.8
        told = np.where(right, truth, 1 - truth)
        given = np.column_stack([1.0 - told, told.astype(float)])
        score = accuracy.score(truth, given)
        assert score is not None
        low, high = score_interval(accuracy, truth, given, 1, seed, score)
        assert low <= score <= high
        held += low <= 0.8 <= high
    assert 180 <= held <= 200
