"""The verb `verify`: fits the recorded trials of a run again and tells what comes out. There is no clock.

Whether that proves the run is for the asker to say, who has the record.
"""

from __future__ import annotations

import functools
import gc
import json
import math
import shutil
import time
from collections import deque
from pathlib import Path
from typing import cast

import numpy as np

from .cancel import Cancellation
from .channel import Channel
from .ensemble import blend_by_fold
from .errors import RunnerError
from .execution.local import Ended, LocalPool
from .families.base import Values
from .fit_record import FitRecord
from .fold_fit import fit_fold
from .folds import fingerprint
from .libraries import library_versions
from .material import read_material
from .proof import digest, machine, runner_digest
from .protocol import ProvenFold, ProvenTrial, RunProof, TrainSpec, VerifySpec
from .registry import families, find_family, find_metric
from .train import make_scratch
from .training import Training, Trial, out_of_fold

WAIT_SECONDS = 1.0


def verify(spec: VerifySpec, channel: Channel, out: Path) -> None:
    """Raises RunnerError where the recorded trials cannot be fitted; CANCELED."""
    cancel = Cancellation()
    metric = find_metric(spec["metric"], spec["taskType"])
    proof = spec["proof"]
    for recorded in proof["trials"]:
        find_family(recorded["algorithm"], spec["taskType"])
    given = read_material(spec)
    _check(proof, given.fold_count)
    scratch = make_scratch()
    try:
        training = Training(
            # What fits read of a spec is in both.
            cast(TrainSpec, spec),
            given.frame,
            given.columns,
            given.target,
            given.folds,
            given.fold_count,
            metric,
            scratch,
            out,
            threads_per_fit=1,
        )
        gc.collect()
        gc.freeze()
        _fit_all(training, proof, spec, cancel, channel)
        rows, prediction = _prediction(training, proof)
        channel.emit(
            {
                "type": "verified",
                "foldsSha256": fingerprint(given.folds),
                "score": training.score(rows, prediction),
                "predictionsSha256": digest(prediction),
                "runnerSha256": runner_digest(),
                "machine": machine(),
                "libraries": library_versions(),
            }
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check(proof: RunProof, fold_count: int) -> None:
    """Raises SPEC_INVALID for a record that names folds which these rows do not have, or weights of other trials."""
    if any(fold["fold"] >= fold_count for trial in proof["trials"] for fold in trial["folds"]):
        raise RunnerError("SPEC_INVALID", f"The record names more folds than the {fold_count} that these rows have.")
    blend = proof["blend"]
    if blend is None:
        if len(proof["trials"]) != 1:
            raise RunnerError("SPEC_INVALID", "The record has several trials and no weights of a blend.")
    elif [len(weights) for weights in blend["weights"]] != [len(proof["trials"])] * fold_count or any(
        len(trial["folds"]) != fold_count for trial in proof["trials"]
    ):
        raise RunnerError("SPEC_INVALID", "The record must have a weight of each trial, and its fit, for each fold.")


def _fit_all(training: Training, proof: RunProof, spec: VerifySpec, cancel: Cancellation, channel: Channel) -> None:
    waiting: deque[tuple[Trial, ProvenFold]] = deque(
        (_trial(trial), fold) for trial in proof["trials"] for fold in trial["folds"]
    )
    most = max(fold["threads"] for _, fold in waiting)
    slots = max(1, spec["threads"] // most)
    under_way: dict[str, tuple[Trial, ProvenFold]] = {}
    pool = LocalPool(spec["memoryBytes"], cancel.wake)
    try:
        while waiting or under_way:
            if cancel.requested:
                raise RunnerError("CANCELED", "The verification was cancelled.")
            while waiting and len(under_way) < slots:
                trial, fold = waiting.popleft()
                folder = trial.folder(training, fold["fold"])
                under_way[folder.name] = (trial, fold)
                record = FitRecord(fold["seed"], fold["threads"], fold["decided"])
                work = functools.partial(fit_fold, training, trial, fold["fold"], math.inf, record=record)
                pool.start(folder.name, folder, work)
            for ended in pool.wait(time.monotonic() + WAIT_SECONDS):
                trial, fold = under_way.pop(ended.name)
                if ended.code == "OUT_OF_MEMORY" and slots > 1:
                    slots = 1
                    shutil.rmtree(ended.folder, ignore_errors=True)
                    waiting.appendleft((trial, fold))
                else:
                    _tell(ended, trial, fold["fold"], channel)
    finally:
        pool.kill_all()


def _trial(recorded: ProvenTrial) -> Trial:
    family = families()[recorded["algorithm"]]
    return Trial(family.key, recorded["trial"], family.typed(recorded["parameters"]))


def _tell(ended: Ended, trial: Trial, fold: int, channel: Channel) -> None:
    if ended.code is not None:
        raise RunnerError(ended.code, f"{trial.algorithm}, trial {trial.number}, fold {fold + 1}: {ended.message}")
    figures = json.loads((ended.folder / "fold.json").read_text(encoding="utf-8"))
    channel.emit(
        {
            "type": "refitted",
            "algorithm": trial.algorithm,
            "trial": trial.number,
            "fold": fold,
            "score": float(figures["score"]),
            "predictionsSha256": digest(np.load(ended.folder / "predictions.npy", allow_pickle=False)),
        }
    )


def _prediction(training: Training, proof: RunProof) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Values]:
    """Rows and what the score is of: out of fold, blended by the recorded weights."""
    made = [
        out_of_fold(
            training,
            _trial(trial),
            [fold["fold"] for fold in trial["folds"]],
        )
        for trial in proof["trials"]
    ]
    blend = proof["blend"]
    if blend is None:
        return made[0]
    predictions = [prediction for _, prediction in made]
    return made[0][0], blend_by_fold(predictions, np.array(blend["weights"]), training.folds)
