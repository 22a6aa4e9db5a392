"""What the portfolio is chosen from: up to 40 configurations around the defaults, those to be measured first in front.

Each is a name, an algorithm and what differs from the algorithm's defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aliquot_runner.families.base import Scalar

MOST = 40


@dataclass(frozen=True)
class Configuration:
    name: str
    algorithm: str
    parameters: dict[str, Scalar] = field(default_factory=dict)


BY_ALGORITHM: dict[str, list[dict[str, Scalar]]] = {
    "lightgbm": [
        {},
        {"extra_tree": True, "num_leaves": 63, "feature_fraction": 0.6},
        {"num_leaves": 9, "learning_rate": 0.05, "min_child_samples": 30, "lambda_l2": 5.0},
        {"num_leaves": 96, "learning_rate": 0.03, "feature_fraction": 0.9, "min_child_samples": 10},
        {"num_leaves": 16, "feature_fraction": 0.5, "bagging_fraction": 0.7, "min_child_samples": 10},
        {"extra_tree": True, "num_leaves": 15, "min_child_samples": 8, "learning_rate": 0.08},
        {"num_leaves": 48, "learning_rate": 0.02, "feature_fraction": 0.6, "lambda_l1": 1.0, "min_child_samples": 50},
        {"crosses": True},
        {"poisson": True},
    ],
    "catboost": [
        {},
        {"depth": 4, "learning_rate": 0.06, "l2_leaf_reg": 5.0, "random_strength": 2.0},
        {"depth": 8, "l2_leaf_reg": 6.0},
        {"depth": 7, "learning_rate": 0.04, "bagging_temperature": 0.3, "l2_leaf_reg": 2.0},
        {"depth": 5, "learning_rate": 0.12, "l2_leaf_reg": 20.0, "random_strength": 0.3},
    ],
    "extra_trees": [
        {},
        {"max_features": 0.9, "min_samples_leaf": 2},
        {"max_features": 0.25, "min_samples_leaf": 5},
        {"max_features": 1.0, "min_samples_leaf": 8},
    ],
    "linear": [{}, {"penalty": 200.0}, {"crosses": True}],
    "xgboost": [
        {},
        {"max_depth": 4, "eta": 0.05, "min_child_weight": 5.0, "colsample_bytree": 0.6, "lambda": 5.0},
        {"max_depth": 9, "eta": 0.04, "min_child_weight": 2.0, "colsample_bytree": 0.7, "subsample": 0.8},
        {"max_depth": 3, "eta": 0.1, "colsample_bytree": 0.5},
        {"max_depth": 7, "eta": 0.03, "min_child_weight": 12.0, "subsample": 0.6, "colsample_bytree": 0.5},
        {"max_depth": 10, "eta": 0.06, "min_child_weight": 25.0, "lambda": 10.0},
    ],
    "random_forest": [
        {},
        {"max_features": 0.7, "min_samples_leaf": 2},
        {"max_features": 0.15, "min_samples_leaf": 5},
    ],
    "mlp": [
        {},
        {"width": 256, "dropout": 0.2, "frequency": 0.1},
        {"width": 64, "layers": 1, "dropout": 0.0, "step": 2e-3},
        {"width": 128, "layers": 3, "dropout": 0.3, "step": 1e-3, "decay": 0.3, "frequency": 0.05},
    ],
    "kernel": [{}, {"width": 2.5}],
    "knn": [{}, {"neighbours": 8}],
    "naive_bayes": [{}],
    "decision_tree": [{}],
}


QUICK = {"lightgbm": 2, "xgboost": 2}
"""Algorithms of which two configurations are measured while the others have one."""


def configurations() -> list[Configuration]:
    """First configurations of all algorithms, then the second ones, and so on."""
    turns = [
        (place / QUICK.get(key, 1), Configuration(f"{key}-{place}", key, changes))
        for key, variants in BY_ALGORITHM.items()
        for place, changes in enumerate(variants)
    ]
    if len(turns) > MOST:
        raise ValueError(f"There are {len(turns)} configurations, and {MOST} at most are to be measured.")
    return [configuration for _, configuration in sorted(turns, key=lambda turn: turn[0])]
