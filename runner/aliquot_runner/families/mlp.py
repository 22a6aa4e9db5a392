from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..dense import Dense
from ..encoder import Feature, Matrix
from ..network import Array, Network, Training, learn
from ..scikit import quietly
from .base import Dimension, Family, FitTask, Fitted, Footprint, Values
from .boosting import watched_rows

MINIMUM_ROWS = 60
FREQUENCIES = 4
MAXIMUM_WAVES = 400


class MlpModel(Fitted):
    """`waves`: (frequencies, numbers) of sine and cosine beside each number (Tancik et al., 2020)."""

    def __init__(self, dense: Dense, waves: Array, network: Network, classes: int, mean: float, scale: float) -> None:
        self._dense = dense
        self._waves = waves
        self._network = network
        self._classes = classes
        self._mean = mean
        self._scale = scale

    def predict(self, matrix: Matrix) -> Values:
        with quietly(1):
            raw = self._network.predict(waved(self._dense.transform(matrix), self._waves)).astype(np.float64)
        return softmax(raw) if self._classes else raw[:, 0] * self._scale + self._mean

    def save(self, folder: Path) -> None:
        self._dense.save(folder / "dense.json")
        arrays: dict[str, Any] = {f"w{place}": weight for place, weight in enumerate(self._network.weights)}
        np.savez(folder / "network.npz", waves=self._waves, target=np.array([self._mean, self._scale]), **arrays)


class Mlp(Family):
    key = "mlp"
    label = "Neural network"
    description = "A multilayer perceptron on scaled numbers with Fourier features and one-hot categories."
    order = 100
    footprint = Footprint(96.0)
    strength = 45
    least_budget_seconds = 45.0
    packages = ("numpy",)
    defaults = {
        "width": 128,
        "layers": 2,
        "step": 3e-3,
        "decay": 0.05,
        "dropout": 0.1,
        "frequency": 0.3,
        "max_epochs": 60,
    }
    space = {
        "width": Dimension("INTEGER", 32, 256, True, limits=(4, 1024)),
        "layers": Dimension("INTEGER", 1, 3, limits=(1, 6)),
        "step": Dimension("NUMBER", 5e-4, 1e-2, True, limits=(1e-5, 0.1)),
        "decay": Dimension("NUMBER", 1e-3, 1.0, True, limits=(1e-6, 10.0)),
        "dropout": Dimension("NUMBER", 0.0, 0.4, limits=(0.0, 0.9)),
        "frequency": Dimension("NUMBER", 0.02, 1.0, True, limits=(1e-3, 10.0)),
    }

    def fit(self, task: FitTask) -> Fitted:
        generator = np.random.default_rng(task.seed)
        dense = Dense.fit(task.matrix, task.features)
        plain = dense.transform(task.matrix)
        numbers = len(dense.numbers)
        count = min(FREQUENCIES, MAXIMUM_WAVES // max(1, numbers)) if task.number("frequency") else 0
        waves = (generator.standard_normal((count, numbers)) * task.number("frequency")).astype(np.float32)
        inputs = waved(plain, waves)
        mean, scale = (0.0, 1.0) if task.classes else (float(task.truth.mean()), float(task.truth.std()) or 1.0)
        truth = task.truth if task.classes else ((task.truth - mean) / scale).astype(np.float32)
        training = Training(
            width=task.integer("width"),
            layers=task.integer("layers"),
            step=task.number("step"),
            decay=task.number("decay"),
            dropout=task.number("dropout"),
            batch=int(np.clip(len(truth) // 20, 16, 256)),
            epochs=task.integer("max_epochs"),
            patience=12,
        )
        learned, watch = watched_rows(task)
        if len(truth) < MINIMUM_ROWS or len(watch) < 5:
            learned, watch = np.arange(len(truth)), np.zeros(0, dtype=np.int64)
        losses: list[float] = []
        is_watched = len(watch) > 0 and not task.decided
        network = Network.drawn(inputs.shape[1], max(1, task.classes), training, generator)
        with quietly(task.threads):
            best, epochs = learn(
                network,
                training,
                inputs[learned],
                _slope(truth[learned], task.classes, task.absolute),
                _told(_loss(inputs[watch], truth[watch], task), task, scale, losses) if is_watched else None,
                lambda: time.monotonic() > task.stop_at,
                generator,
                int(task.decided.get("epochs", training.epochs) or 0),
            )
        model = MlpModel(dense, waves, best, task.classes, mean, scale)
        model.losses = losses
        model.decided = {"epochs": epochs}
        return model

    def load(self, folder: Path, features: list[Feature], classes: int) -> Fitted:
        with np.load(folder / "network.npz", allow_pickle=False) as arrays:
            weights = [arrays[f"w{place}"] for place in range(len(arrays.files) - 2)]
            mean, scale = arrays["target"]
            network = Network(weights)
            return MlpModel(
                Dense.load(folder / "dense.json"), arrays["waves"], network, classes, float(mean), float(scale)
            )


def waved(plain: Array, waves: Array) -> Array:
    """The inputs with sine and cosine of each number at its frequencies behind them."""
    numbers = plain[:, : waves.shape[1]]
    blocks = [plain]
    for wave in waves:
        angles = numbers * (2 * np.pi * wave).astype(np.float32)
        blocks += [np.sin(angles), np.cos(angles)]
    return np.concatenate(blocks, axis=1)


def softmax(logits: Values) -> Values:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)


def _slope(truth: Any, classes: int, absolute: bool) -> Callable[[npt.NDArray[np.int64], Array], Array]:
    def of_classes(rows: npt.NDArray[np.int64], outputs: Array) -> Array:
        probabilities = softmax(outputs.astype(np.float64)).astype(np.float32)
        probabilities[np.arange(len(rows)), truth[rows]] -= 1
        return probabilities

    def of_values(rows: npt.NDArray[np.int64], outputs: Array) -> Array:
        difference = outputs - truth[rows, None]
        return np.asarray(np.sign(difference) if absolute else difference, dtype=np.float32)

    return of_classes if classes else of_values


def _loss(inputs: Array, truth: Any, task: FitTask) -> Callable[[Network], float]:
    def loss(network: Network) -> float:
        outputs = network.predict(inputs).astype(np.float64)
        if task.classes:
            return float(-np.log(np.maximum(softmax(outputs)[np.arange(len(truth)), truth], 1e-12)).mean())
        difference = outputs[:, 0] - truth
        return float(np.abs(difference).mean() if task.absolute else np.sqrt((difference**2).mean()))

    return loss


def _told(
    loss: Callable[[Network], float], task: FitTask, scale: float, losses: list[float]
) -> Callable[[Network], float]:
    """The loss, in the unit of the target, is also kept and told after each epoch."""

    def told(network: Network) -> float:
        found = loss(network)
        losses.append(found * scale)
        if task.heard is not None:
            task.heard(len(losses), losses[-1])
        return found

    return told


FAMILY = Mlp()
