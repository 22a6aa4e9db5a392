"""The verb `train`: checks what is asked, reads the data, draws the folds, starts the clock."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .cancel import Cancellation
from .channel import Channel
from .coordinator import Coordinator
from .cores import usable_cores
from .families.base import Dimension, Family
from .folds import fingerprint
from .kept_folds import kept_trials, take_up
from .libraries import library_versions
from .material import Material, read_material
from .metrics.base import Values
from .portable import portable_model
from .protocol import TrainSpec
from .registry import families, find_family, find_metric
from .report import ENSEMBLE
from .resume import resumed_run
from .run_state import RunState, TrialState
from .space import space_of
from .training import Training, Trial

SMALL_TABLE_CELLS = 5_000_000
BYTES_PER_CELL_AND_FIT = 40


def train(spec: TrainSpec, channel: Channel, out: Path) -> None:
    """Raises RunnerError where nothing can be trained."""
    cancel = Cancellation()
    metric = find_metric(spec["metric"], spec["taskType"])
    spaces = {family.key: space_of(family, spec) for family in families().values()}
    asked = asked_families(spec)
    given = read_material(spec)
    chosen, with_ensemble = choose_families(spec, asked, len(given.target.values))
    columns, target, folds, fold_count = given.columns, given.target, given.folds, given.fold_count
    slots, threads = share_cores(spec, given.cells)
    scratch = make_scratch()
    try:
        training = Training(
            spec, given.frame, columns, target, folds, fold_count, metric, scratch, out, threads_per_fit=threads
        )
        baseline = metric.score(target.values, baseline_prediction(training), target.positive)
        keys = [*(family.key for family in chosen), *([ENSEMBLE] if with_ensemble else [])]
        gc.collect()
        gc.freeze()
        channel.emit(
            {
                "type": "started",
                "rows": len(target.values),
                "droppedRows": given.dropped,
                "columns": len(columns),
                "folds": fold_count,
                "foldsSha256": fingerprint(folds),
                "algorithms": keys,
                "classes": target.classes if target.is_classification else None,
                "positiveClass": target.classes[target.positive] if len(target.classes) == 2 else None,
                "baselineScore": baseline,
                "libraries": library_versions(),
            }
        )
        began = time.monotonic()
        warn(channel, spec, given)
        runs = make_runs(training, chosen, spaces)
        coordinator = Coordinator(training, runs, with_ensemble, slots, channel, cancel, began)
        reason, best = coordinator.run()
        seconds = time.monotonic() - began
        channel.emit(
            {
                "type": "finished",
                "stopReason": reason,
                "budgetSeconds": coordinator.budget_seconds,
                "bestAlgorithm": best.algorithm,
                "seconds": seconds,
            }
        )
        if spec.get("portable") and reason != "CANCELED":
            channel.emit(portable_model(training, best, coordinator.complete_trials(), cancel))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def asked_families(spec: TrainSpec) -> list[Family]:
    """Those that are named; none: it is left to the runner."""
    return [find_family(key, spec["taskType"]) for key in dict.fromkeys(spec["algorithms"]) if key != ENSEMBLE]


def choose_families(spec: TrainSpec, asked: list[Family], rows: int) -> tuple[list[Family], bool]:
    """Families in the order in which they start, the strongest ones where there are fewer trials; and the ensemble."""
    seconds = spec.get("wholeBudgetSeconds", spec["budgetSeconds"])
    resumed = {record["algorithm"] for record in spec.get("resume", [])}
    fitting = [family for family in families().values() if spec["taskType"] in family.tasks]
    usual = [family for family in fitting if family.is_worth_its_time(rows, seconds) or family.key in resumed]
    fresh = [family for family in asked or usual if family.key not in resumed]
    limit = spec["maxTrials"] or len(fresh)
    kept = [family for family in asked or usual if family.key in resumed]
    kept += sorted(fresh, key=lambda family: family.strength)[:limit]
    with_ensemble = ENSEMBLE in spec["algorithms"] or (not spec["algorithms"] and len(kept) > 1)
    return sorted(kept, key=lambda family: family.order), with_ensemble


def make_runs(training: Training, chosen: list[Family], spaces: Mapping[str, dict[str, Dimension]]) -> list[RunState]:
    """Those that are to be trained, and those that an earlier training has left to be blended with."""
    spec, task = training.spec, training.spec["taskType"]
    records = {record["algorithm"]: record for record in spec.get("resume", []) if record["algorithm"] != ENSEMBLE}
    runs = []
    for family in [*chosen, *(find_family(key, task) for key in records if key not in [one.key for one in chosen])]:
        record = records.get(family.key)
        if record is None:
            runs.append(RunState(family, spaces[family.key], [first_trial(family, spec)]))
        else:
            runs.append(resumed_run(family, spaces[family.key], record, training.fold_count))
        runs[-1].exhausted = family not in chosen
    kept = kept_trials(spec)
    for run in runs:
        take_up(run, kept.get(run.key, []), training.fold_count, training.metric.greater_is_better)
    return runs


def first_trial(family: Family, spec: TrainSpec) -> TrialState:
    given = spec.get("startParameters", {}).get(family.key, {})
    known = {name: value for name, value in given.items() if name in family.defaults}
    return TrialState(Trial(family.key, 0, {**family.defaults, **family.typed(known)}))


def share_cores(spec: TrainSpec, cells: int) -> tuple[int, int]:
    """Fits at a time and threads of each: one thread each on small tables, two on large ones."""
    cores = min(spec["threads"], usable_cores(spec["threads"]))
    slots = cores if cells <= SMALL_TABLE_CELLS else max(1, cores // 2)
    affordable = int(spec["memoryBytes"] / 2 / max(1, cells * BYTES_PER_CELL_AND_FIT))
    slots = max(1, min(slots, affordable))
    return slots, max(1, cores // slots)


def baseline_prediction(training: Training) -> Values:
    """What the training rows of each fold give without any column: class shares, or the mean."""
    values, folds = training.target.values, training.folds
    if not training.target.is_classification:
        return np.array([values[folds != fold].mean() for fold in range(training.fold_count)])[folds]
    shares = np.array(
        [
            np.bincount(values[folds != fold].astype(np.int64), minlength=training.classes)
            for fold in range(training.fold_count)
        ],
        dtype=np.float64,
    )
    return np.asarray((shares / shares.sum(axis=1, keepdims=True))[folds], dtype=np.float64)


def warn(channel: Channel, spec: TrainSpec, given: Material) -> None:
    if given.dropped:
        channel.log("WARNING", f"{given.dropped} rows are left out because their target is missing or not a number.")
    if given.fold_count < spec["folds"]["count"]:
        wished = spec["folds"]["count"]
        channel.log("WARNING", f"There are too few rows for {wished} folds: {given.fold_count} are used.")


def make_scratch() -> Path:
    """Beside out/, so that a finished file is moved by a rename; elsewhere where that is not allowed."""
    try:
        return Path(tempfile.mkdtemp(prefix=".scratch-", dir=Path.cwd()))
    except OSError:
        return Path(tempfile.mkdtemp(prefix="aliquot-"))
