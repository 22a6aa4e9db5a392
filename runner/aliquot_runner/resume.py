"""Takes up what an earlier training has left: its trials, and its best models in place of new fits."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .archive import unpack
from .errors import FitError
from .families.base import Dimension, Family
from .fold_fit import named, prepare
from .fold_model import load_model
from .protocol import RecordedTrial, ResumedRun
from .registry import families
from .run_state import Restore, RunState, TrialState
from .training import Training, Trial

SAME_SCORE = 1e-5
"""Relative: the same model on the same rows differs by rounding only."""


def resumed_run(family: Family, space: Mapping[str, Dimension], record: ResumedRun, fold_count: int) -> RunState:
    """A run whose best trial is restored before others follow."""
    trials = [_state(record["algorithm"], trial, fold_count) for trial in record["trials"]]
    run = RunState(
        family,
        space,
        sorted(trials, key=lambda state: state.trial.number),
        next_number=1 + max(trial["number"] for trial in record["trials"]),
        finished_trials=len(trials),
        recorded=record,
    )
    run.baseline_score = run.trials[0].score if run.trials[0].trial.number == 0 else None
    best = next(state for state in run.trials if state.trial.number == record["best"])
    if best.score is None:
        run.begin_anew(best)
        return run
    scores = [best.scores[fold] for fold in range(fold_count)]
    best.restore = Restore(Path(record["model"] or ""), scores, best.seconds)
    best.scores, best.seconds = {}, 0.0
    return run


def _state(algorithm: str, record: RecordedTrial, fold_count: int) -> TrialState:
    is_complete = len(record["foldScores"]) == fold_count
    return TrialState(
        Trial(algorithm, record["number"], families()[algorithm].typed(record["parameters"])),
        scores=dict(enumerate(record["foldScores"])),
        seconds=record["seconds"],
        score=record["score"] if is_complete else None,
        dropped=not is_complete,
    )


def restore_fold(training: Training, trial: Trial, fold: int, restore: Restore, folder: Path) -> None:
    """As `fit_fold`, with the model of the archive. Raises FitError MODEL_INVALID where that scores otherwise."""
    prepared = prepare(training, fold)
    with tempfile.TemporaryDirectory(dir=training.scratch) as unpacked:
        part = f"{trial.name}/{fold}/"
        unpack(restore.archive, Path(unpacked), part)
        shutil.copytree(Path(unpacked) / part, folder, dirs_exist_ok=True)
    model = load_model(families()[trial.algorithm], folder, prepared.features)
    began = time.monotonic()
    prediction = model.predict(prepared.validation)
    rows = training.rows(fold)
    score = training.score(rows, prediction)
    if score is None or not math.isclose(score, restore.scores[fold], rel_tol=SAME_SCORE, abs_tol=SAME_SCORE):
        raise FitError("MODEL_INVALID", "Its recorded model scores otherwise on these data: they have changed.")
    np.save(folder / "predictions.npy", prediction)
    figures = {
        "score": score,
        "seconds": restore.seconds / training.fold_count,
        "predictMicrosPerRow": (time.monotonic() - began) / len(rows) * 1e6,
        "importance": named(model.importance(prepared.features), prepared.names),
        "chosen": model.chosen(),
    }
    (folder / "fold.json").write_text(json.dumps(figures), encoding="utf-8")
