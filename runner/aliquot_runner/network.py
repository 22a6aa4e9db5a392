"""A small feed-forward network in float32 numpy: nothing to install, nothing to fork wrongly, weights as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

DECAY_OF_AVERAGE = 0.98
FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.99
WARM_UP_STEPS = 50


@dataclass(frozen=True)
class Training:
    """How a network learns: AdamW (Loshchilov and Hutter, 2019), weights averaged over the last steps."""

    width: int
    layers: int
    step: float
    decay: float
    dropout: float
    batch: int
    epochs: int
    patience: int


class Network:
    """Layers of rectified units; `outputs` logits or one value a row. `weights`: matrices and biases in turn."""

    def __init__(self, weights: list[Array]) -> None:
        self.weights = weights

    @staticmethod
    def drawn(inputs: int, outputs: int, training: Training, generator: np.random.Generator) -> Network:
        sizes = [inputs, *([training.width] * training.layers), outputs]
        weights: list[Array] = []
        for begin, end in pairwise(sizes):
            scale = np.sqrt(2.0 / begin) if end != outputs or len(sizes) == 2 else np.sqrt(0.1 / begin)
            weights.append((generator.standard_normal((begin, end)) * scale).astype(np.float32))
            weights.append(np.zeros(end, dtype=np.float32))
        return Network(weights)

    def predict(self, inputs: Array) -> Array:
        hidden = inputs
        for place in range(0, len(self.weights) - 2, 2):
            hidden = np.maximum(hidden @ self.weights[place] + self.weights[place + 1], 0)
        return np.asarray(hidden @ self.weights[-2] + self.weights[-1], dtype=np.float32)

    def gradients(
        self, inputs: Array, slope: Callable[[Array], Array], dropout: float, generator: np.random.Generator
    ) -> list[Array]:
        """Of the mean loss of the rows, where `slope` gives the loss' derivative by the outputs."""
        layers = [inputs]
        masks: list[Array] = []
        for place in range(0, len(self.weights) - 2, 2):
            hidden = np.maximum(layers[-1] @ self.weights[place] + self.weights[place + 1], 0)
            mask = (generator.random(hidden.shape, dtype=np.float32) >= dropout) / np.float32(1 - dropout)
            masks.append(mask)
            layers.append(hidden * mask)
        back = slope(layers[-1] @ self.weights[-2] + self.weights[-1]) / np.float32(len(inputs))
        found: list[Array] = []
        for place in range(len(self.weights) - 2, -1, -2):
            layer = layers[place // 2]
            found[:0] = [layer.T @ back, back.sum(axis=0)]
            if place > 0:
                back = (back @ self.weights[place].T) * (layer > 0) * masks[place // 2 - 1]
        return found


def learn(
    network: Network,
    training: Training,
    inputs: Array,
    slope: Callable[[npt.NDArray[np.int64], Array], Array],
    watched_loss: Callable[[Network], float] | None,
    is_time_up: Callable[[], bool],
    generator: np.random.Generator,
    most: int,
) -> tuple[Network, int]:
    """The averaged network at its best epoch on watched rows, and the number of that epoch; `most` ends it earlier than
    the epochs that the steps become shorter over."""
    optimiser = _AdamW(network, training)
    best, best_epoch, least = optimiser.averaged(), 0, np.inf
    for epoch in range(1, most + 1):
        for rows in _batches(len(inputs), training.batch, generator):
            found = network.gradients(inputs[rows], partial(slope, rows), training.dropout, generator)
            optimiser.step(found, 1 - (epoch - 1) / training.epochs)
        if watched_loss is None:
            best, best_epoch = optimiser.averaged(), epoch
        else:
            candidate = optimiser.averaged()
            loss = watched_loss(candidate)
            if loss < least:
                best, best_epoch, least = candidate, epoch, loss
            elif epoch - best_epoch >= training.patience:
                break
        if is_time_up():
            break
    return best, best_epoch


def _batches(rows: int, size: int, generator: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    order = generator.permutation(rows)
    for begin in range(0, rows - size // 2 if rows > size else 1, size):
        yield order[begin : begin + size]


class _AdamW:
    def __init__(self, network: Network, training: Training) -> None:
        self._weights = network.weights
        self._training = training
        self._first = [np.zeros_like(weight) for weight in network.weights]
        self._second = [np.zeros_like(weight) for weight in network.weights]
        self._average = [weight.copy() for weight in network.weights]
        self._steps = 0

    def step(self, found: list[Array], share: float) -> None:
        """`share` of the full step length: it falls as a half cosine over the epochs."""
        self._steps += 1
        length = self._training.step * min(1.0, self._steps / WARM_UP_STEPS) * (0.5 - 0.5 * np.cos(np.pi * share))
        one, two = 1 - FIRST_MOMENT**self._steps, 1 - SECOND_MOMENT**self._steps
        keep = min(DECAY_OF_AVERAGE, self._steps / (self._steps + 10))
        for place, gradient in enumerate(found):
            first, second, weight = self._first[place], self._second[place], self._weights[place]
            first += (1 - FIRST_MOMENT) * (gradient - first)
            second += (1 - SECOND_MOMENT) * (gradient * gradient - second)
            if weight.ndim == 2:
                weight *= np.float32(1 - length * self._training.decay)
            weight -= np.float32(length / one) * first / (np.sqrt(second / np.float32(two)) + np.float32(1e-8))
            self._average[place] += np.float32(1 - keep) * (weight - self._average[place])

    def averaged(self) -> Network:
        return Network([weight.copy() for weight in self._average])
