"""Which of the finished models is to be used."""

from __future__ import annotations

import pytest

from aliquot_runner.leader import Best, leader
from aliquot_runner.registry import metrics

TREE = Best("decision_tree", 0.50, [0.5, 0.6, 0.4])
FOREST = Best("random_forest", 0.40, [0.4, 0.5, 0.3])


def best_of(metric: str, *models: Best) -> str | None:
    found = leader({model.algorithm: model for model in models}, metrics()[metric])
    return found.algorithm if found else None


def test_the_best_score_leads_where_there_is_no_ensemble() -> None:
    assert best_of("log_loss", TREE, FOREST) == "random_forest"
    assert best_of("roc_auc", TREE, FOREST) == "decision_tree"
    assert best_of("log_loss", TREE, Best("linear", 0.50)) == "decision_tree"
    assert best_of("log_loss") is None


@pytest.mark.parametrize(
    ("scores", "score", "expected"),
    [
        ([0.39, 0.49, 0.29], 0.39, "ensemble"),
        # behind on average, ahead on one fold
        ([0.43, 0.49, 0.31], 0.41, "ensemble"),
        # behind on each fold, by about as much
        ([0.42, 0.53, 0.32], 0.42, "random_forest"),
        # nobody knows how it did on the folds
        ([], 0.41, "random_forest"),
        ([], 0.39, "ensemble"),
    ],
)
def test_an_ensemble_leads_unless_another_is_ahead_beyond_doubt(
    scores: list[float], score: float, expected: str
) -> None:
    assert best_of("log_loss", TREE, FOREST, Best("ensemble", score, scores)) == expected
