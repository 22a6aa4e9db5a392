"""Folds that code outside of the training has prepared: the same models as those of the same plan inside of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from .test_custom import run_code
from .test_predict import predict_spec
from .workbench import Message, Outcome, run_job, table, train_spec

BINARY, REGRESSION = "BINARY_CLASSIFICATION", "REGRESSION"
FOLDS = 3
AS_IT_IS = """
def fit(train, target):
    return None

def transform(rows, state):
    return rows
"""


def split(folder: Path, frame: pd.DataFrame, target: str, task: str) -> Outcome:
    folds = {"count": FOLDS, "seed": 7}
    spec = {"kind": "split", "protocol": 1, "data": "in/data.parquet", "target": target, "taskType": task}
    return run_job(folder, spec | {"folds": folds}, {"data.parquet": frame})


def prepare(folder: Path, frame: pd.DataFrame, target: str, code: str = AS_IT_IS) -> dict[str, Any]:
    """Cuts every fold, runs the code on it, returns the files that the server gives to a training."""
    told = split(folder / "split", frame, target, BINARY)
    of_rows = np.fromfile(folder / "split" / "out" / "folds.u8", np.uint8)
    files: dict[str, Any] = {"folds.u8": folder / "split" / "out" / "folds.u8"}
    for fold in range(FOLDS):
        train = frame[(of_rows != fold) & (of_rows != 255)]
        rows = frame[of_rows == fold].drop(columns=target)
        fitted = run_code(folder / f"fit-{fold}", "fit", code, train, target=target)
        assert fitted.status == 0, fitted.output
        left = folder / f"fit-{fold}" / "out"
        applied = transform(folder / f"apply-{fold}", code, rows, left / "state.bin")
        files[f"prepared-{fold}.json"] = left / "matrix.json"
        files[f"prepared-{fold}-train.f32"] = left / "matrix.f32"
        files[f"prepared-{fold}-validation.f32"] = applied / "matrix.f32"
    return files | {"sha256": told.last("split")["foldsSha256"]}


def transform(folder: Path, code: str, rows: pd.DataFrame, state: Path) -> Path:
    applied = run_code(folder, "transform", code, rows, state=state, batches=[len(rows)])
    assert applied.status == 0, applied.output
    return folder / "out"


def train_on(folder: Path, spec: Message, frame: pd.DataFrame, files: dict[str, Any], **changes: Any) -> Outcome:
    prepared = {"files": "in/prepared", "folds": "in/folds.u8", "foldsSha256": files["sha256"]}
    inputs = {name: path for name, path in files.items() if name != "sha256"}
    return run_job(folder, spec | {"prepared": prepared | changes}, {"data.parquet": frame, **inputs})


def predictions(folder: Path) -> list[list[float]]:
    with (folder / "out" / "predictions.csv").open(encoding="utf-8") as file:
        return [[float(value) for value in row] for row in list(csv.reader(file))[1:]]


@pytest.mark.parametrize(("target", "task", "metric"), [("c5", BINARY, "roc_auc"), ("c6", REGRESSION, "rmse")])
def test_split_draws_the_folds_of_the_training(target: str, task: str, metric: str, tmp_path: Path) -> None:
    frame = table(90).drop(columns="c6" if target == "c5" else "c5")
    frame.loc[3:9, target] = None
    outcome = split(tmp_path / "split", frame, target, task)
    trained = run_job(tmp_path / "train", train_spec(frame, target, task, metric), {"data.parquet": frame})
    told = outcome.last("split")
    of_rows = np.fromfile(tmp_path / "split" / "out" / "folds.u8", np.uint8)
    assert told["foldsSha256"] == trained.messages[0]["foldsSha256"]
    assert (told["rows"], told["droppedRows"], told["folds"]) == (83, 7, 3)
    assert np.flatnonzero(of_rows == 255).tolist() == list(range(3, 10))
    assert np.bincount(of_rows[of_rows != 255]).tolist() == [28, 28, 27]


def test_a_plan_scores_and_predicts_the_same_outside_the_training(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    frame = table(400).drop(columns=["c4", "c6"])
    frame["c7"] = np.array([f"level {number}" for number in generator.integers(0, 20, 400)], dtype=object)
    frame.loc[generator.random(400) < 0.1, "c2"] = None
    algorithms = ["decision_tree", "lightgbm", "linear", "ensemble"]
    spec = train_spec(frame, "c5", BINARY, "log_loss", algorithms=algorithms)
    inside = run_job(tmp_path / "inside", spec, {"data.parquet": frame})
    files = prepare(tmp_path, frame, "c5")
    outside = train_on(tmp_path / "outside", spec, frame, files)
    assert outside.status == 0, outside.output
    assert outside.messages[0]["foldsSha256"] == inside.messages[0]["foldsSha256"]
    for key, run in inside.runs().items():
        assert outside.runs()[key]["foldScores"] == pytest.approx(run["foldScores"], abs=1e-9)
        assert outside.runs()[key]["score"] == pytest.approx(run["score"], abs=1e-9)
    important = outside.runs()["lightgbm"]["featureImportance"]
    assert [entry["feature"] for entry in important[:2]] == ["label c0", "label c1"]

    rows = frame.drop(columns="c5")[:60].reset_index(drop=True)
    rows.loc[:9, "c2"] = "unseen"
    rows.loc[:9, "c7"] = "unseen too"
    use = predict_spec(rows)
    run_job(tmp_path / "use", use, {"data.parquet": rows, "model.zip": tmp_path / "inside" / "out" / "ensemble.zip"})
    given: dict[str, Any] = {"data.parquet": rows, "model.zip": tmp_path / "outside" / "out" / "ensemble.zip"}
    for fold in range(FOLDS):
        state = tmp_path / f"fit-{fold}" / "out" / "state.bin"
        left = transform(tmp_path / f"new-{fold}", AS_IT_IS, rows, state)
        given |= {f"prepared-{fold}.json": left / "matrix.json", f"prepared-{fold}-rows.f32": left / "matrix.f32"}
    outcome = run_job(tmp_path / "reuse", use | {"prepared": "in/prepared"}, given)
    assert outcome.status == 0, outcome.messages
    assert np.allclose(predictions(tmp_path / "reuse"), predictions(tmp_path / "use"), rtol=0, atol=1e-9)

    bare = run_job(tmp_path / "bare", use, {"data.parquet": rows, "model.zip": given["model.zip"]})
    assert bare.messages[0]["code"] == "MODEL_INVALID"
    meta = json.loads(given["prepared-1.json"].read_text(encoding="utf-8"))
    meta["columns"][0]["name"] = "another"
    (tmp_path / "other.json").write_text(json.dumps(meta), encoding="utf-8")
    other = run_job(
        tmp_path / "other", use | {"prepared": "in/prepared"}, given | {"prepared-1.json": tmp_path / "other.json"}
    )
    assert other.messages[0]["code"] == "DATA_UNREADABLE"


def test_says_what_is_wrong_with_prepared_folds(tmp_path: Path) -> None:
    frame = table(60).drop(columns=["c4", "c6"])
    files = prepare(tmp_path, frame, "c5")
    spec = train_spec(frame, "c5", BINARY, "roc_auc")

    def code_of(name: str, **changes: Any) -> str:
        frame_given = changes.pop("frame", frame)
        outcome = train_on(tmp_path / name, spec | changes.pop("spec", {}), frame_given, files | changes)
        assert (outcome.status, outcome.output) == (1, "")
        return str(outcome.messages[-1]["code"])

    assert code_of("sha", sha256="0" * 64) == "SPEC_INVALID"
    assert code_of("steps", spec={"steps": [{"key": "datetime_parts", "parameters": {}}]}) == "SPEC_INVALID"
    assert code_of("rows", frame=frame[:59]) == "SPEC_INVALID"
    shifted = frame.copy()
    shifted.loc[0, "c5"] = None
    assert code_of("missing", frame=shifted) == "SPEC_INVALID"
    short = tmp_path / "short.f32"
    short.write_bytes(b"\0" * 8)
    assert code_of("short", **{"prepared-0-train.f32": short}) == "FIT_FAILED"
