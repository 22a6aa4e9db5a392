"""What a fold's fit depended on beside table, folds, steps and parameters. Kept with the model, in fit.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .families.base import Scalar
from .training import Training

NAME = "fit.json"


@dataclass(frozen=True)
class FitRecord:
    """`decided`: what fitting chose by the clock or by watched rows; empty before it."""

    seed: int
    threads: int
    decided: Mapping[str, Scalar] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self)), encoding="utf-8")


def planned(training: Training, fold: int) -> FitRecord:
    """Of a fit that has not been made yet."""
    return FitRecord((training.spec["seed"] * 1_000_003 + fold) % 2**31, training.threads_per_fit)


def read_record(training: Training, folder: Path, fold: int) -> FitRecord:
    """What the folder of a fitted fold holds; of models of before it was kept, what was planned."""
    path = folder / NAME
    if not path.exists():
        return planned(training, fold)
    return FitRecord(**json.loads(path.read_text(encoding="utf-8")))
