"""Fits and scores one fold. Runs in a process of its own and leaves its result in a folder."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .encoder import Feature, Matrix
from .errors import FitError
from .families.base import FitTask
from .fit_record import FitRecord, planned
from .fold_model import fit_model
from .iteration import teller
from .preparation import Preparation, make_steps
from .prepared import prepared_fold
from .registry import families
from .steps.base import Truth
from .training import Training, Trial


@dataclass(frozen=True)
class Prepared:
    """`names`: of the columns that code made, by the sources of the features; none where these are the data's own."""

    train: Matrix
    validation: Matrix
    features: list[Feature]
    names: dict[str, str]


def prepare(training: Training, fold: int) -> Prepared:
    """Steps and encoder fitted on the fold's training rows; done by the first that asks, kept for the others."""
    folder = training.scratch / f"prepared-{fold}"
    if not folder.exists():
        _prepare_into(training, fold, folder)
    state = json.loads((folder / "preparation.json").read_text(encoding="utf-8"))
    return Prepared(
        np.load(folder / "train.npy", allow_pickle=False),
        np.load(folder / "validation.npy", allow_pickle=False),
        Preparation.restore(state).features(),
        {f"c{place}": column["name"] for place, column in enumerate(state.get("made", []))},
    )


def _prepare_into(training: Training, fold: int, folder: Path) -> None:
    train, validation, state = _matrices(training, fold)
    temporary = Path(tempfile.mkdtemp(dir=training.scratch))
    np.save(temporary / "train.npy", train)
    np.save(temporary / "validation.npy", validation)
    (temporary / "preparation.json").write_text(json.dumps(state), encoding="utf-8")
    try:
        temporary.rename(folder)
    except OSError:
        # The other process was quicker; its result is the same.
        shutil.rmtree(temporary)


def _matrices(training: Training, fold: int) -> tuple[Matrix, Matrix, dict[str, Any]]:
    """Training rows, validation rows and the state of the preparation."""
    held = training.folds == fold
    truth = Truth(training.target.values[~held], training.classes)
    given = training.spec.get("prepared")
    if given is not None:
        made = prepared_fold(given["files"], fold, truth, int(np.sum(held)), training.columns)
        return made.train, made.validation, made.state()
    preparation = Preparation(make_steps(training.spec["steps"], training.columns), training.types)
    train = preparation.fit(training.frame[~held], truth)
    return train, preparation.transform(training.frame[held]), preparation.state()


def fit_fold(
    training: Training, trial: Trial, fold: int, stop_at: float, folder: Path, record: FitRecord | None = None
) -> None:
    """Leaves predictions.npy, fold.json and the model in `folder`. Raises FitError where there is no score.

    `record`: of an earlier fit, which is to be done again.
    """
    began = time.monotonic()
    prepared = prepare(training, fold)
    family = families()[trial.algorithm]
    record = record or planned(training, fold)
    task = FitTask(
        matrix=prepared.train,
        features=prepared.features,
        truth=training.target.values[training.folds != fold],
        classes=training.classes,
        absolute=training.metric.learns == "ABSOLUTE",
        parameters=trial.parameters,
        seed=record.seed,
        threads=record.threads,
        stop_at=stop_at,
        heard=teller(training.scratch, trial, fold),
        decided=record.decided,
    )
    model = fit_model(family, task, training.classes, training.logarithmic)
    fitted = time.monotonic()
    prediction = model.predict(prepared.validation)
    predict_seconds = time.monotonic() - fitted
    rows = training.rows(fold)
    score = training.score(rows, prediction)
    if score is None:
        raise FitError("METRIC_UNDEFINED", f"{training.metric.label} is undefined on the rows of fold {fold + 1}.")
    model.save(folder)
    FitRecord(record.seed, record.threads, model.decided()).write(folder)
    np.save(folder / "predictions.npy", prediction)
    figures: dict[str, Any] = {
        "score": score,
        "seconds": time.monotonic() - began,
        "predictMicrosPerRow": predict_seconds / len(rows) * 1e6,
        "importance": named(model.importance(prepared.features), prepared.names),
        "chosen": model.chosen(),
        "losses": model.losses(),
    }
    (folder / "fold.json").write_text(json.dumps(figures), encoding="utf-8")


def named(importance: dict[str, float], names: dict[str, str]) -> dict[str, float]:
    return {names.get(source, source): figure for source, figure in importance.items()}
