from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import catboost
import numpy as np
import pandas as pd

from ..encoder import Feature, Matrix
from .base import Dimension, FitTask, Fitted, Footprint, Scalar, Values
from .boosting import PATIENCE_ROUNDS, Booster

ONE_HOT_LEVELS = 10
MANY_CLASSES = 5


class CatboostModel(Fitted):
    def __init__(self, model: Any, features: list[Feature], classes: int) -> None:
        self._model = model
        self._features = features
        self._classes = classes

    def predict(self, matrix: Matrix) -> Values:
        kind = "Probability" if self._classes else "RawFormulaVal"
        raw = self._model.predict(_pool(matrix, self._features, self._classes), prediction_type=kind, thread_count=1)
        return np.asarray(raw, dtype=np.float64)

    def save(self, folder: Path) -> None:
        self._model.save_model(str(folder / "model.cbm"))

    def importance(self) -> Values:
        return np.asarray(self._model.get_feature_importance(thread_count=1), dtype=np.float64)

    def chosen(self) -> dict[str, Scalar]:
        return {"rounds": int(self._model.tree_count_)}


class Catboost(Booster):
    key = "catboost"
    label = "CatBoost"
    description = "Gradient boosted symmetric trees with ordered statistics of categories."
    order = 50
    footprint = Footprint(22.0, feature=290_000.0)
    step = "learning_rate"
    strength = 20
    packages = ("catboost",)
    effort = 3.0
    defaults = {
        "rounds": 1500,
        "learning_rate": 0.08,
        "depth": 6,
        "l2_leaf_reg": 3.0,
        "random_strength": 1.0,
        "bagging_temperature": 1.0,
    }
    space = {
        "learning_rate": Dimension("NUMBER", 0.02, 0.25, True, limits=(0.001, 1.0)),
        "depth": Dimension("INTEGER", 4, 9, limits=(1, 12)),
        "l2_leaf_reg": Dimension("NUMBER", 1.0, 30.0, True, limits=(1e-3, 1e4)),
        "random_strength": Dimension("NUMBER", 0.0, 10.0, limits=(0.0, 100.0)),
        "bagging_temperature": Dimension("NUMBER", 0.0, 2.0, limits=(0.0, 10.0)),
    }

    def boost(self, task: FitTask, watch: FitTask | None, rounds: int) -> tuple[Fitted, int]:
        settings: dict[str, Any] = {name: value for name, value in task.parameters.items() if name != "rounds"}
        settings |= {
            "iterations": rounds,
            "loss_function": _objective(task),
            "thread_count": task.threads,
            "random_seed": task.seed % 2**31,
            "bootstrap_type": "Bayesian",
            "boosting_type": "Plain",
            "one_hot_max_size": ONE_HOT_LEVELS,
            "max_ctr_complexity": 2,
            "allow_writing_files": False,
            "logging_level": "Silent",
        }
        model = catboost.CatBoost(settings)
        model.fit(
            _pool(task.matrix, task.features, task.classes, task.truth),
            eval_set=_pool(watch.matrix, watch.features, watch.classes, watch.truth) if watch else None,
            early_stopping_rounds=PATIENCE_ROUNDS if watch else None,
            use_best_model=watch is not None,
            callbacks=[_AfterRound(task)],
        )
        return CatboostModel(model, task.features, task.classes), int(model.tree_count_)

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return CatboostModel(catboost.CatBoost().load_model(str(folder / "model.cbm")), features, classes)


class _AfterRound:
    def __init__(self, task: FitTask) -> None:
        self._task = task

    def after_iteration(self, info: Any) -> bool:
        watched = info.metrics.get("validation")
        if watched and self._task.heard is not None:
            (losses,) = watched.values()
            self._task.heard(info.iteration, float(losses[-1]))
        return time.monotonic() < self._task.stop_at


def _objective(task: FitTask) -> str:
    if task.classes == 0:
        return "MAE" if task.absolute else "RMSE"
    return "Logloss" if task.classes == 2 else "MultiClass"


def _pool(matrix: Matrix, features: list[Feature], classes: int, truth: Any = None) -> Any:
    # Statistics of categories cost time by class: with many classes only one-hot categories stay categories.
    most = ONE_HOT_LEVELS if classes > MANY_CLASSES else np.inf
    categories = [
        number for number, feature in enumerate(features) if feature.kind == "category" and feature.levels <= most
    ]
    if not categories:
        return catboost.Pool(matrix, label=truth)
    columns: dict[int, Any] = {}
    for number in range(len(features)):
        values = matrix[:, number]
        # CatBoost takes no NaN for a category: missing and unseen ones get a code of their own.
        columns[number] = np.nan_to_num(values, nan=-1).astype(np.int32) if number in categories else values
    return catboost.Pool(pd.DataFrame(columns, copy=False), label=truth, cat_features=categories)


FAMILY = Catboost()
