from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from ..encoder import Feature, Matrix
from ..errors import FitError
from .base import Dimension, FitTask, Fitted, Footprint, Scalar, Target, Values
from .boosting import LEAST_GAIN, PATIENCE_ROUNDS, Booster

OURS = ("rounds", "crosses", "poisson")
"""Parameters that the library does not know."""


class LightgbmModel(Fitted):
    def __init__(self, booster: Any, classes: int) -> None:
        self._booster = booster
        self._classes = classes

    def predict(self, matrix: Matrix) -> Values:
        raw = np.asarray(self._booster.predict(matrix, num_threads=1), dtype=np.float64)
        return np.column_stack([1 - raw, raw]) if self._classes == 2 else raw

    def save(self, folder: Path) -> None:
        (folder / "model.txt").write_text(self._booster.model_to_string(), encoding="utf-8")

    def importance(self) -> Values:
        return np.asarray(self._booster.feature_importance("gain"), dtype=np.float64)

    def chosen(self) -> dict[str, Scalar]:
        return {"rounds": self._booster.num_trees() // max(1, self._booster.num_model_per_iteration())}


class Lightgbm(Booster):
    key = "lightgbm"
    label = "LightGBM"
    description = "Gradient boosted trees grown leaf by leaf; strong on most tables, quick."
    order = 40
    footprint = Footprint(26.0, feature=60_000.0)
    step = "learning_rate"
    strength = 10
    packages = ("lightgbm",)
    effort = 3.0
    defaults = {
        "rounds": 2500,
        "learning_rate": 0.04,
        "num_leaves": 31,
        "min_child_samples": 20,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.9,
        "lambda_l1": 1e-8,
        "lambda_l2": 1.0,
        "extra_tree": False,
        "crosses": False,
        "poisson": False,
    }
    space = {
        "learning_rate": Dimension("NUMBER", 0.02, 0.2, True, limits=(0.001, 1.0)),
        "num_leaves": Dimension("INTEGER", 7, 127, True, limits=(2, 1024)),
        "min_child_samples": Dimension("INTEGER", 3, 100, True, limits=(1, 2000)),
        "feature_fraction": Dimension("NUMBER", 0.4, 1.0, limits=(0.05, 1.0)),
        "bagging_fraction": Dimension("NUMBER", 0.5, 1.0, limits=(0.05, 1.0)),
        "lambda_l1": Dimension("NUMBER", 1e-8, 10.0, True, limits=(1e-10, 1e4)),
        "lambda_l2": Dimension("NUMBER", 1e-3, 30.0, True, limits=(1e-10, 1e4)),
        "extra_tree": Dimension("CHOICE", choices=(False, True)),
    }

    def suits(self, parameters: Mapping[str, Scalar], truth: Target, learns: str) -> bool:
        return not parameters.get("poisson") or (learns == "SQUARED" and bool(truth.min() >= 0 and truth.sum() > 0))

    def fit(self, task: FitTask) -> Fitted:
        if task.parameters.get("poisson") and (task.classes or task.truth.min() < 0):
            raise FitError("FIT_FAILED", "`poisson` is for targets that are numbers of 0 or more; leave it out.")
        return super().fit(task)

    def boost(self, task: FitTask, watch: FitTask | None, rounds: int) -> tuple[Fitted, int]:
        settings: dict[str, Any] = {name: value for name, value in task.parameters.items() if name not in OURS}
        settings |= {
            "objective": _objective(task),
            "metric": _metric(task),
            "bagging_freq": 1,
            "num_threads": task.threads,
            "seed": task.seed % 2**31,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
            "max_cat_to_onehot": 8,
            "min_data_in_bin": 3 if len(task.truth) > 200 else 1,
        }
        if task.classes > 2:
            settings["num_class"] = task.classes
        if len(task.truth) < 200:
            settings["min_child_samples"] = min(int(settings["min_child_samples"]), max(2, len(task.truth) // 20))
        data = _dataset(task, None)
        callbacks: list[Any] = [_stop_at(task.stop_at)]
        watched = []
        if watch is not None:
            watched = [_dataset(watch, data)]
            least = LEAST_GAIN * (1.0 if task.classes or task.absolute else float(np.var(task.truth)))
            callbacks.append(_hear(task))
            callbacks.append(lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False, min_delta=least))
        booster = lightgbm.train(settings, data, rounds, valid_sets=watched, callbacks=callbacks)
        used = (
            booster.best_iteration if watch is not None and booster.best_iteration > 0 else booster.current_iteration()
        )
        text = booster.model_to_string(num_iteration=used)
        return LightgbmModel(lightgbm.Booster(model_str=text), task.classes), used

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        return LightgbmModel(lightgbm.Booster(model_str=(folder / "model.txt").read_text(encoding="utf-8")), classes)


def _objective(task: FitTask) -> str:
    # The library takes no rows whose sum is 0.
    if task.parameters.get("poisson") and task.truth.sum() > 0:
        return "poisson"
    if task.classes == 0:
        return "regression_l1" if task.absolute else "regression"
    return "binary" if task.classes == 2 else "multiclass"


def _metric(task: FitTask) -> str:
    if task.classes == 0:
        return "l1" if task.absolute else "l2"
    return "binary_logloss" if task.classes == 2 else "multi_logloss"


def _dataset(task: FitTask, reference: Any) -> Any:
    categories = [number for number, feature in enumerate(task.features) if feature.kind == "category"]
    return lightgbm.Dataset(
        task.matrix,
        label=task.truth,
        reference=reference,
        categorical_feature=categories,
        feature_name=[f"f{number}" for number in range(len(task.features))],
        params={"verbosity": -1, "min_data_in_bin": 3 if len(task.truth) > 200 else 1},
    )


def _hear(task: FitTask) -> Any:
    def callback(state: Any) -> None:
        _, _, loss, _ = state.evaluation_result_list[0]
        if task.heard is not None:
            task.heard(state.iteration + 1, float(loss if task.classes or task.absolute else np.sqrt(loss)))

    callback.order = 20  # type: ignore[attr-defined]  # before early stopping, which ends the round
    return callback


def _stop_at(moment: float) -> Any:
    def callback(state: Any) -> None:
        if time.monotonic() > moment:
            raise lightgbm.callback.EarlyStopException(state.iteration, state.evaluation_result_list or [])

    callback.order = 40  # type: ignore[attr-defined]
    return callback


FAMILY = Lightgbm()
