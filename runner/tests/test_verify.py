"""A run is fitted again from its record alone."""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aliquot_runner.families import boosting
from aliquot_runner.families.base import Family, FitTask
from aliquot_runner.protocol import TaskType
from aliquot_runner.registry import families

from .test_families import CASES, CLASSES, QUICKER, inputs
from .workbench import Message, Outcome, run_job, table, train_spec

QUESTION = ("protocol", "data", "columns", "target", "taskType", "metric", "steps", "folds", "seed")


def verify_spec(spec: Message, proof: Message, **changes: Any) -> Message:
    question = {name: spec[name] for name in QUESTION}
    return {"kind": "verify", **question, "proof": proof, "threads": 2, "memoryBytes": spec["memoryBytes"]} | changes


def told(outcome: Outcome) -> dict[tuple[str, int, int], tuple[float, str]]:
    return {
        (fit["algorithm"], fit["trial"], fit["fold"]): (fit["score"], fit["predictionsSha256"])
        for fit in outcome.of("refitted")
    }


def recorded(proof: Message) -> dict[tuple[str, int, int], tuple[float, str]]:
    return {
        (trial["algorithm"], trial["trial"], fold["fold"]): (fold["score"], fold["predictionsSha256"])
        for trial in proof["trials"]
        for fold in trial["folds"]
    }


def quick(family: Family) -> Message:
    return {name: value for name, value in {**QUICKER, "crosses": True}.items() if name in family.defaults}


@pytest.mark.parametrize(("task", "target"), [("MULTICLASS_CLASSIFICATION", "c5"), ("REGRESSION", "c6")])
def test_every_algorithm_and_the_ensemble_come_out_bit_by_bit(task: TaskType, target: str, tmp_path: Path) -> None:
    frame = table(240, classes=3).drop(columns="c6" if target == "c5" else "c5")
    algorithms = [family.key for family in families().values() if task in family.tasks] + ["ensemble"]
    start = {family.key: quick(family) for family in families().values()}
    metric = "log_loss" if target == "c5" else "rmse"
    spec = train_spec(frame, target, task, metric, algorithms=algorithms, startParameters=start)
    spec["steps"] = [{"key": "target_encoding", "parameters": {}}]
    trained = run_job(tmp_path / "trained", spec, {"data.parquet": frame})
    runs = trained.runs()
    assert set(runs) == set(algorithms)

    ensemble = runs["ensemble"]["proof"]
    assert {trial["algorithm"] for trial in ensemble["trials"]} >= {
        one["algorithm"] for one in runs["ensemble"]["members"]
    }
    again = run_job(tmp_path / "ensemble", verify_spec(spec, ensemble), {"data.parquet": frame})
    verified = again.last("verified")
    assert told(again) == recorded(ensemble)
    assert verified["score"] == runs["ensemble"]["score"]
    for name in ("foldsSha256", "predictionsSha256", "runnerSha256", "machine", "libraries"):
        assert verified[name] == ensemble[name], name

    # A blend in equal parts of all of them refits each.
    trials = [trial for key, run in runs.items() if key != "ensemble" for trial in run["proof"]["trials"]]
    everything = {**ensemble, "trials": trials, "blend": {"weights": [[1 / len(trials)] * len(trials)] * 3}}
    again = run_job(tmp_path / "everything", verify_spec(spec, everything), {"data.parquet": frame})
    assert told(again) == recorded(everything)


@pytest.mark.parametrize(("family", "task"), CASES, ids=lambda value: getattr(value, "key", value))
@pytest.mark.parametrize("seconds", [-1.0, 30.0], ids=["late", "in time"])
def test_what_the_clock_decided_is_decided_again(family: Family, task: TaskType, seconds: float) -> None:
    classes = CLASSES[task]
    matrix, features, truth = inputs(classes)
    parameters = {**family.defaults, **quick(family)}
    first = FitTask(matrix[:300], features, truth[:300], classes, False, parameters, 3, 1, time.monotonic() + seconds)
    model = family.fit(first)
    again = family.fit(replace(first, stop_at=np.inf, decided=dict(model.decided)))
    assert np.array_equal(again.predict(matrix[300:]), model.predict(matrix[300:]))
    assert dict(again.decided) == dict(model.decided)


@pytest.mark.parametrize("key", ["lightgbm", "catboost", "xgboost"])
def test_a_model_that_was_not_fitted_to_the_watched_rows_is_fitted_without_them_again(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosting, "REFIT_UP_TO_ROWS", 0)
    family = families()[key]
    matrix, features, truth = inputs(4)
    task = FitTask(matrix, features, truth, 4, False, family.defaults | {"rounds": 60}, 3, 1, time.monotonic() + 30)
    model = family.fit(task)
    assert model.decided["whole"] is False
    again = family.fit(replace(task, decided=dict(model.decided)))
    assert np.array_equal(again.predict(matrix), model.predict(matrix))


def test_says_what_a_changed_record_gives(tmp_path: Path) -> None:
    frame = table(150).drop(columns="c6")
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "log_loss", algorithms=["lightgbm"])
    spec["startParameters"] = {"lightgbm": {"rounds": 30}}
    proof = run_job(tmp_path / "trained", spec, {"data.parquet": frame}).runs()["lightgbm"]["proof"]
    assert proof["blend"] is None

    changed = copy.deepcopy(proof)
    changed["trials"][0]["parameters"]["num_leaves"] = 5
    again = run_job(tmp_path / "changed", verify_spec(spec, changed), {"data.parquet": frame})
    assert again.last("verified")["predictionsSha256"] != proof["predictionsSha256"]

    strange = copy.deepcopy(proof)
    strange["trials"][0]["folds"][0]["fold"] = 9
    for record, code in ((strange, "SPEC_INVALID"), ({**proof, "blend": {"weights": [[1.0]]}}, "SPEC_INVALID")):
        refused = run_job(tmp_path / "strange", verify_spec(spec, record), {"data.parquet": frame})
        assert refused.last("failed")["code"] == code
