from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from ..encoder import Feature, Matrix
from .base import Dimension, FitTask, Fitted, Footprint, Scalar, Values
from .boosting import LEAST_GAIN, PATIENCE_ROUNDS, Booster


class XgboostModel(Fitted):
    def __init__(self, booster: Any, features: list[Feature], classes: int) -> None:
        self._booster = booster
        self._features = features
        self._classes = classes

    def predict(self, matrix: Matrix) -> Values:
        self._booster.set_param({"nthread": 1})
        raw = np.asarray(self._booster.predict(_matrix(matrix, self._features, 1)), dtype=np.float64)
        if self._classes == 2:
            return np.column_stack([1 - raw, raw])
        return raw / raw.sum(axis=1, keepdims=True) if self._classes else raw

    def save(self, folder: Path) -> None:
        self._booster.save_model(folder / "model.ubj")

    def importance(self) -> Values:
        gains = self._booster.get_score(importance_type="total_gain")
        return np.array([float(gains.get(f"f{number}", 0.0)) for number in range(len(self._features))])

    def chosen(self) -> dict[str, Scalar]:
        return {"rounds": int(self._booster.num_boosted_rounds())}


class Xgboost(Booster):
    key = "xgboost"
    label = "XGBoost"
    description = "Gradient boosted trees with second-order steps and regularised leaves."
    order = 60
    footprint = Footprint(32.0, feature=65_000.0)
    step = "eta"
    strength = 30
    packages = ("xgboost", "xgboost-cpu")
    effort = 2.0
    defaults = {
        "rounds": 2500,
        "eta": 0.08,
        "max_depth": 6,
        "min_child_weight": 1.0,
        "subsample": 0.9,
        "colsample_bytree": 0.8,
        "alpha": 1e-8,
        "lambda": 1.0,
    }
    space = {
        "eta": Dimension("NUMBER", 0.02, 0.25, True, limits=(0.001, 1.0)),
        "max_depth": Dimension("INTEGER", 3, 10, limits=(1, 16)),
        "min_child_weight": Dimension("NUMBER", 0.5, 30.0, True, limits=(1e-3, 1e4)),
        "subsample": Dimension("NUMBER", 0.5, 1.0, limits=(0.05, 1.0)),
        "colsample_bytree": Dimension("NUMBER", 0.4, 1.0, limits=(0.05, 1.0)),
        "alpha": Dimension("NUMBER", 1e-8, 10.0, True, limits=(1e-10, 1e4)),
        "lambda": Dimension("NUMBER", 1e-2, 30.0, True, limits=(1e-10, 1e4)),
    }

    def boost(self, task: FitTask, watch: FitTask | None, rounds: int) -> tuple[Fitted, int]:
        settings: dict[str, Any] = {name: value for name, value in task.parameters.items() if name != "rounds"}
        settings |= {
            "objective": _objective(task),
            "tree_method": "hist",
            "nthread": task.threads,
            "seed": task.seed % 2**31,
            "max_cat_to_onehot": 8,
            "verbosity": 0,
        }
        if task.classes > 2:
            settings["num_class"] = task.classes
        watched = []
        callbacks: list[Any] = [_StopAt(task.stop_at)]
        if watch is not None:
            least = LEAST_GAIN * (1.0 if task.classes else float(np.std(task.truth)))
            # First in line: the others are not asked once one of them ends the training.
            callbacks.insert(0, xgboost.callback.EarlyStopping(rounds=PATIENCE_ROUNDS, min_delta=least))
            callbacks.insert(0, _Hear(task))
            watched = [(_matrix(watch.matrix, watch.features, task.threads, watch.truth), "watch")]
        booster = xgboost.train(
            settings,
            _matrix(task.matrix, task.features, task.threads, task.truth),
            rounds,
            evals=watched,
            callbacks=callbacks,
            verbose_eval=False,
        )
        used = booster.best_iteration + 1 if watched else booster.num_boosted_rounds()
        return XgboostModel(booster[:used], task.features, task.classes), used

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return XgboostModel(xgboost.Booster(model_file=folder / "model.ubj"), features, classes)


class _Hear(xgboost.callback.TrainingCallback):  # type: ignore[misc]
    def __init__(self, task: FitTask) -> None:
        super().__init__()
        self._task = task

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        (losses,) = evals_log["watch"].values()
        if self._task.heard is not None:
            self._task.heard(epoch + 1, float(losses[-1]))
        return False


class _StopAt(xgboost.callback.TrainingCallback):  # type: ignore[misc]
    def __init__(self, moment: float) -> None:
        super().__init__()
        self._moment = moment

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        return time.monotonic() > self._moment


def _objective(task: FitTask) -> str:
    if task.classes == 0:
        return "reg:absoluteerror" if task.absolute else "reg:squarederror"
    return "binary:logistic" if task.classes == 2 else "multi:softprob"


def _matrix(matrix: Matrix, features: list[Feature], threads: int, truth: Any = None) -> Any:
    return xgboost.DMatrix(
        matrix,
        label=truth,
        feature_names=[f"f{number}" for number in range(len(features))],
        feature_types=["c" if feature.kind == "category" else "q" for feature in features],
        enable_categorical=True,
        nthread=threads,
    )


FAMILY = Xgboost()
