"""A model archive in memory: each fold's preparation and models, held against their golden predictions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .archive import model_folder
from .cores import usable_cores
from .encoder import Matrix
from .errors import RunnerError
from .families.base import Values
from .fold_model import FoldModel, load_model
from .golden import Golden
from .preparation import Preparation
from .registry import families

ROWS_OF_A_THREAD = 1_000
"""For fewer rows a second thread costs more than it brings."""


@dataclass(frozen=True)
class LoadedFold:
    """`models`: with the share that each has of the prediction."""

    fold: int
    preparation: Preparation
    models: list[tuple[float, FoldModel]]


def loaded_folds(manifest: Mapping[str, Any], folder: Path) -> Iterator[LoadedFold]:
    """One fold after the other, of an archive unpacked in `folder`. Raises MODEL_INVALID."""
    golden = Golden(manifest, folder)
    for fold in sorted({fold for member in manifest["members"] for fold in member["folds"]}):
        preparation = Preparation.restore(fold_state(folder, fold))
        features, known = preparation.features(), golden.matrix(fold, preparation)
        models = []
        for member in manifest["members"]:
            if fold not in member["folds"]:
                continue
            family = families().get(member["algorithm"])
            if family is None:
                raise RunnerError("MODEL_INVALID", f"The model uses an unknown algorithm, {member['algorithm']}.")
            model = load_model(family, model_folder(folder, member, fold), features)
            golden.check(member, fold, model, known)
            models.append((member["weight"] / len(member["folds"]), model))
        yield LoadedFold(fold, preparation, models)


def blended(folds: Iterable[LoadedFold], rows: Callable[[int], pd.DataFrame]) -> Values:
    """Weighted mean over members of the mean over their folds: (rows, classes) or (rows,)."""
    total: Values | None = None
    for loaded in folds:
        matrix = loaded.preparation.transform(rows(loaded.fold))
        for share, model in loaded.models:
            part = _predict(model, matrix) * share
            total = part if total is None else total + part
    if total is None:
        raise RunnerError("MODEL_INVALID", "The model archive has no members.")
    return total


def _predict(model: FoldModel, matrix: Matrix) -> Values:
    """By as many threads as there are cores, each with its own rows: the libraries let go of the lock meanwhile."""
    threads = min(usable_cores(1), len(matrix) // ROWS_OF_A_THREAD)
    if threads < 2:
        return model.predict(matrix)
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(model.predict, np.array_split(matrix, threads))))


def fold_state(folder: Path, fold: int) -> dict[str, Any]:
    """What the preparation of a fold has learned."""
    state: dict[str, Any] = json.loads((folder / "preparation" / f"{fold}.json").read_text(encoding="utf-8"))
    return state
