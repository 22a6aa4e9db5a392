"""The verb `measure`: what plans are worth to small models, on the same rows of the same splits."""

from __future__ import annotations

import gc
import json
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cancel import Cancellation
from .channel import Channel
from .columns import describe_columns
from .cores import usable_cores
from .encoder import Feature, Matrix
from .errors import RunnerError
from .execution.local import Ended, LocalPool
from .families.base import Family, FitTask
from .fold_model import fit_model
from .metrics.base import Metric, Truth, Values
from .preparation import Preparation, make_steps
from .prepared import prepared_fold, read_part
from .protocol import ColumnMeasured, MeasuredPlan, MeasureSpec, RunColumn, Scored
from .proxies import PROXIES
from .registry import find_metric
from .steps.base import Truth as StepTarget
from .table import read_raw, read_table
from .target import Target, read_target
from .train import make_scratch

NOT_USED, TRAINING, VALIDATION = 0, 1, 2
RESULT = "result.json"
OTHER_COLUMN = re.compile(r"(plus|minus|times|per|with|since|by|of)_(c\d+)(?=\.|$)")
"""The second of the columns that a step has made a new one from."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measuring:
    """`frame`: all rows, without the target. `truth`: of all rows; 0 where there is none. `splits`: (splits, rows)."""

    spec: MeasureSpec
    frame: pd.DataFrame
    columns: list[RunColumn]
    target: Target
    truth: Truth
    splits: npt.NDArray[np.uint8]
    metric: Metric

    def rows(self, split: int, use: int) -> Rows:
        return np.flatnonzero(self.splits[split] == use)


def measure(spec: MeasureSpec, channel: Channel) -> None:
    """Raises RunnerError where nothing can be measured; one plan that fails is told by itself."""
    began = time.monotonic()
    cancel = Cancellation()
    measuring = _read(spec)
    for plan in spec["plans"]:
        make_steps(plan["steps"], measuring.columns)
    scratch = make_scratch()
    try:
        gc.collect()
        gc.freeze()
        is_complete = _measure_all(measuring, scratch, channel, cancel, began + spec["seconds"])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    channel.emit({"type": "measured", "isComplete": is_complete, "seconds": time.monotonic() - began})


def _read(spec: MeasureSpec) -> Measuring:
    path = Path(spec["data"])
    columns = [column for column in spec["columns"] if column["name"] != spec["target"]]
    raw = read_raw(path, spec["target"])
    target = read_target(raw, spec["taskType"])
    truth: Truth = np.zeros(len(raw), np.int64) if target.is_classification else np.zeros(len(raw), np.float64)
    truth[target.kept] = target.values
    has_target = np.zeros(len(raw), dtype=np.bool_)
    has_target[target.kept] = True
    if "labels" in spec:
        order = _numbers(Path(spec["labels"]), "<u4", len(raw)).astype(np.int64)
        if order.max(initial=0) >= len(raw):
            raise RunnerError("SPEC_INVALID", "The labels are of rows that the table has not.")
        truth, has_target = truth[order], has_target[order]
    count = spec["splits"]["count"]
    splits = _numbers(Path(spec["splits"]["file"]), "u1", count * len(raw)).reshape(count, len(raw))
    if np.any(splits[:, ~has_target] != NOT_USED):
        raise RunnerError("SPEC_INVALID", "A split uses rows without a target.")
    if not all(np.any(split == use) for split in splits for use in (TRAINING, VALIDATION)):
        raise RunnerError("TOO_FEW_ROWS", "A split has no training or no validation rows.")
    return Measuring(
        spec, read_table(path, columns), columns, target, truth, splits, find_metric(spec["metric"], spec["taskType"])
    )


def _numbers(path: Path, kind: str, count: int) -> npt.NDArray[Any]:
    try:
        values = np.fromfile(path, dtype=kind)
    except OSError as error:
        raise RunnerError("SPEC_INVALID", f"{path.name} cannot be read.") from error
    if len(values) != count:
        raise RunnerError("SPEC_INVALID", f"{path.name} has {len(values)} numbers, not {count}.")
    return values


def _measure_all(measuring: Measuring, scratch: Path, channel: Channel, cancel: Cancellation, deadline: float) -> bool:
    """Splits first, so that what there is at the deadline compares all plans. Tells whether nothing is missing."""
    spec = measuring.spec
    slots = min(spec["threads"], usable_cores(spec["threads"]))
    waiting = [(plan, split) for split in range(spec["splits"]["count"]) for plan in range(len(spec["plans"]))]
    pool = LocalPool(spec["memoryBytes"], cancel.wake)
    try:
        while waiting or pool.running():
            while waiting and len(pool.running()) < slots:
                plan, split = waiting.pop(0)

                def work(folder: Path, plan: int = plan, split: int = split) -> None:
                    result = _measure_one(measuring, plan, split, deadline)
                    (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")

                pool.start(f"{plan}-{split}", scratch / f"{plan}-{split}", work)
            ended = pool.wait(deadline)
            for entry in ended:
                _tell(entry, channel)
            if cancel.requested or (not ended and time.monotonic() >= deadline):
                return False
        return True
    finally:
        pool.kill_all()


def _tell(ended: Ended, channel: Channel) -> None:
    plan, split = map(int, ended.name.split("-"))
    if ended.code is not None:
        channel.emit({"type": "planFailed", "plan": plan, "split": split, "code": ended.code, "message": ended.message})
        return
    result = json.loads((ended.folder / RESULT).read_text(encoding="utf-8"))
    for score in result["scores"]:
        channel.emit(cast(Scored, {"type": "scored", "plan": plan, "split": split, **score}))
    for column in result["columns"]:
        channel.emit(cast(ColumnMeasured, {"type": "columnMeasured", "plan": plan, **column}))
    shutil.rmtree(ended.folder, ignore_errors=True)


def _measure_one(measuring: Measuring, plan: int, split: int, deadline: float) -> dict[str, Any]:
    spec = measuring.spec
    train, validation = measuring.rows(split, TRAINING), measuring.rows(split, VALIDATION)
    truth = measuring.truth[train]
    matrices = _matrices(measuring, spec["plans"][plan], split, train, validation)
    scores: list[dict[str, Any]] = []
    for proxy in PROXIES:
        prediction = _predicted(measuring, proxy, matrices, truth, deadline)
        scores.append({"proxy": proxy.key, **_scores(measuring, measuring.truth[validation], prediction)})
    described: list[dict[str, Any]] = []
    if spec["describe"] and split == 0:
        target = StepTarget(measuring.truth[validation], len(measuring.target.classes))
        described = describe_columns(matrices.rows, matrices.names, target)
    return {"scores": scores, "columns": described}


@dataclass(frozen=True)
class Matrices:
    """`rows`: the validation rows as the plan left them; `names`: how its columns are shown, with their sources."""

    train: Matrix
    validation: Matrix
    features: list[Feature]
    rows: pd.DataFrame
    names: dict[str, tuple[str, str | None]]


def _matrices(measuring: Measuring, plan: MeasuredPlan, split: int, train: Rows, validation: Rows) -> Matrices:
    prefix = plan.get("prepared")
    target = StepTarget(measuring.truth[train], len(measuring.target.classes))
    if prefix is not None:
        made = prepared_fold(prefix, split, target, len(validation), measuring.columns)
        known = {column["label"] for column in measuring.columns}
        names = {
            f"c{place}": (column["name"], column["name"] if column["name"] in known else None)
            for place, column in enumerate(made.columns)
        }
        rows = read_part(prefix, split, "validation", made.columns, len(validation))
        return Matrices(made.train, made.validation, made.preparation.features(), rows, names)
    types = {column["name"]: column["type"] for column in measuring.columns}
    preparation = Preparation(make_steps(plan["steps"], measuring.columns), types)
    matrix = preparation.fit(measuring.frame.iloc[train].reset_index(drop=True), target)
    rows = measuring.frame.iloc[validation].reset_index(drop=True)
    other = preparation.transform(rows)
    for step in preparation.steps:
        rows = step.transform(rows)
    labels = {column["name"]: column["label"] for column in measuring.columns}
    return Matrices(
        matrix, other, preparation.features(), rows, {str(name): _shown(str(name), labels) for name in rows}
    )


def _shown(name: str, labels: dict[str, str]) -> tuple[str, str | None]:
    """`c3.times_c4` with the user's names for c3 and c4."""
    column, _, made = name.partition(".")
    source = labels.get(column)
    made = OTHER_COLUMN.sub(lambda found: f"{found[1]}_{labels.get(found[2], found[2])}", made)
    return (f"{source or column}.{made}" if made else source or column), source


def _predicted(measuring: Measuring, proxy: Family, matrices: Matrices, truth: Truth, deadline: float) -> Values:
    learns = measuring.metric.learns
    task = FitTask(
        matrix=matrices.train,
        features=matrices.features,
        truth=truth,
        classes=len(measuring.target.classes),
        absolute=learns == "ABSOLUTE",
        parameters=proxy.defaults,
        seed=0,
        threads=1,
        stop_at=deadline,
    )
    logarithmic = learns == "LOGARITHMIC" and bool(np.all(measuring.target.values >= 0))
    return fit_model(proxy, task, task.classes, logarithmic).predict(matrices.validation)


def _scores(measuring: Measuring, truth: Truth, prediction: Values) -> dict[str, Any]:
    metric, positive = measuring.metric, measuring.target.positive
    groups = min(measuring.spec["groups"], len(truth))
    member = np.random.default_rng(0).permutation(len(truth)) % max(1, groups)
    without = [
        metric.score(truth[member != number], prediction[member != number], positive) for number in range(groups)
    ]
    return {"score": metric.score(truth, prediction, positive), "withoutGroup": without}
