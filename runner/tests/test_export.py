from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.archive import unpack
from aliquot_runner.export.graph import NotPortableError
from aliquot_runner.export.model import compose
from aliquot_runner.export.parity import TOLERANCE, compare, predict, rows_to_compare
from aliquot_runner.predict import apply_model
from aliquot_runner.table import read_table

from .workbench import QUICKER, Message, run_job, table, train_spec

PORTABLE = ["decision_tree", "linear", "lightgbm", "catboost", "xgboost", "extra_trees", "random_forest", "mlp"]
STEPS: list[Message] = [
    {"key": "missing_indicator", "parameters": {}},
    {"key": "frequency_encoding", "parameters": {}},
    {"key": "group_rare_categories", "parameters": {"minimum_count": 5}},
    {"key": "log_transform", "parameters": {"minimum_skewness": 0}},
]


def data(task: str, rows: int = 500) -> pd.DataFrame:
    """Numbers with gaps, a date with gaps, categories of few and of many levels; the target is c5."""
    frame = table(rows).drop(columns=["c5", "c6"])
    generator = np.random.default_rng(3)
    frame["many"] = [f"level {int(number)}" for number in generator.exponential(40, rows)]
    signal = frame.select_dtypes("number").fillna(0).to_numpy() @ np.ones(len(frame.select_dtypes("number").columns))
    signal = (signal - signal.mean()) / signal.std() + frame["many"].str.len() + generator.normal(0, 0.3, rows)
    if task == "REGRESSION":
        frame["c5"] = 40 + 10 * signal
    else:
        classes = 2 if task == "BINARY_CLASSIFICATION" else 4
        frame["c5"] = np.array(["no", "yes", "ünï", "4"], dtype=object)[
            pd.qcut(signal, classes, labels=False).to_numpy()
        ]
    return frame


METRICS = {"BINARY_CLASSIFICATION": "log_loss", "MULTICLASS_CLASSIFICATION": "log_loss", "REGRESSION": "rmse"}


@pytest.mark.parametrize("task", METRICS)
@pytest.mark.parametrize("steps", [[], STEPS], ids=["plain", "steps"])
def test_a_graph_predicts_what_its_models_predict(task: str, steps: list[Message], tmp_path: Path) -> None:
    frame = data(task)
    start = {**QUICKER, "lightgbm": {"rounds": 40, "crosses": True}, "linear": {"crosses": True}}
    spec = train_spec(
        frame, "c5", task, METRICS[task], algorithms=PORTABLE, steps=steps, startParameters=start, budgetSeconds=120
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.status == 0, outcome.messages
    columns = inputs_of(spec)
    rows = rows_to_compare(read_table(tmp_path / "in" / "data.parquet", columns, coded=True), columns, 1)
    spread = float(np.std(frame["c5"])) if task == "REGRESSION" else 1.0
    refused = []
    for algorithm in PORTABLE:
        folder = tmp_path / algorithm
        manifest = unpack(tmp_path / "out" / f"{algorithm}.zip", folder)
        try:
            model = compose(manifest, folder, manifest["members"])
        except NotPortableError as reason:
            refused.append((algorithm, str(reason)))
            continue
        found = compare(model, rows, columns, apply_model(manifest, folder, lambda fold: rows), spread)
        assert (found.rows, found.crossed_rows) == (1000, 0), (algorithm, found)
        assert found.max_difference < TOLERANCE, (algorithm, found)
    for algorithm in ("lightgbm", "linear"):
        assert any('"crosses"' in path.read_text("utf-8") for path in (tmp_path / algorithm).rglob("model.json"))
    assert refused == [("catboost", "CatBoost's statistics of categories cannot be told in a graph.")]


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_catboost_on_numbers_becomes_a_graph(classes: int, tmp_path: Path) -> None:
    frame = table(300, classes=max(2, classes))[["c0", "c1", "c3", "c6" if classes == 0 else "c5"]]
    task = ["REGRESSION", "", "BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION"][classes]
    target = frame.columns[-1]
    spec = train_spec(frame, target, task, METRICS[task], algorithms=["catboost"], startParameters=QUICKER)
    assert run_job(tmp_path, spec, {"data.parquet": frame}).status == 0
    manifest = unpack(tmp_path / "out" / "catboost.zip", tmp_path / "model")
    columns = inputs_of(spec, target)
    rows = rows_to_compare(read_table(tmp_path / "in" / "data.parquet", columns), columns, 1)
    expected = apply_model(manifest, tmp_path / "model", lambda fold: rows)
    model = compose(manifest, tmp_path / "model", manifest["members"])
    found = compare(model, rows, columns, expected, 3.0 if classes == 0 else 1.0)
    assert (found.rows, found.crossed_rows) == (600, 0), found


def test_a_difference_is_found(tmp_path: Path) -> None:
    frame = data("BINARY_CLASSIFICATION", 200)
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "log_loss", algorithms=["linear"])
    assert run_job(tmp_path, spec, {"data.parquet": frame}).status == 0
    manifest = unpack(tmp_path / "out" / "linear.zip", tmp_path / "model")
    columns = inputs_of(spec)
    rows = rows_to_compare(read_table(tmp_path / "in" / "data.parquet", columns), columns, 1)
    model = compose(manifest, tmp_path / "model", manifest["members"])
    expected = apply_model(manifest, tmp_path / "model", lambda fold: rows)
    expected[7] += 2e-5
    expected[9] = np.nan
    assert compare(model, rows, columns, expected, 1.0).crossed_rows == 2


@pytest.mark.parametrize("task", METRICS)
def test_a_training_leaves_a_portable_model_with_a_score_of_its_own(task: str, tmp_path: Path) -> None:
    frame = data(task, 300)
    algorithms = ["lightgbm", "xgboost", "catboost", "linear", "knn", "ensemble"]
    spec = train_spec(frame, "c5", task, METRICS[task], algorithms=algorithms, startParameters=QUICKER, portable=True)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    kinds = [message["type"] for message in outcome.messages]
    assert kinds[-2:] == ["finished", "portable"], outcome.messages[-2:]
    told = outcome.messages[-1]
    assert told["reason"] is None, told
    best = outcome.runs()[outcome.last("finished")["bestAlgorithm"]]
    assert told["algorithm"] == best["algorithm"]
    assert told["gap"] == pytest.approx(told["score"] - best["score"])
    assert {member["algorithm"] for member in told["members"]} <= {"lightgbm", "xgboost", "linear"}
    assert sum(member["weight"] for member in told["members"]) == pytest.approx(1)
    assert (told["parity"]["rows"], told["parity"]["crossedRows"]) == (600, 0)
    assert told["parity"]["maxDifference"] < TOLERANCE
    content = (tmp_path / "out" / "portable.onnx").read_bytes()
    assert told["artifact"] == {
        "name": "portable.onnx",
        "mediaType": "application/onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "byteSize": len(content),
    }
    columns = inputs_of(spec)
    predicted = predict(content, read_table(tmp_path / "in" / "data.parquet", columns), columns)
    if task == "REGRESSION":
        assert np.corrcoef(predicted[:, 0], frame["c5"])[0, 1] > 0.9
    else:
        classes = sorted(set(frame["c5"]))
        right = np.array(classes)[predicted.argmax(axis=1)] == frame["c5"].to_numpy()
        assert right.mean() > 0.7


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "free text": (
        {"types": {"many": "text"}},
        "Linear model: It reads free text, whose letters and words a graph cannot count.",
    ),
    "a step": (
        {"steps": [{"key": "datetime_parts", "parameters": {}}]},
        "Linear model: The step “Split dates” cannot be done in a graph.",
    ),
    "an algorithm": (
        {"algorithms": ["knn"]},
        "No algorithm that a graph can hold was scored on all folds.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_training_tells_why_there_is_no_portable_model(case: str, tmp_path: Path) -> None:
    frame = data("BINARY_CLASSIFICATION", 200)
    changes, reason = REFUSED[case]
    settings = {"algorithms": ["linear"], "portable": True} | changes
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "log_loss", **settings)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.status == 0
    assert outcome.messages[-1] == {
        "type": "portable",
        "algorithm": spec["algorithms"][0],
        "score": None,
        "gap": None,
        "members": [],
        "artifact": None,
        "parity": None,
        "reason": reason,
    }
    assert not (tmp_path / "out" / "portable.onnx").exists()


def inputs_of(spec: Message, target: str = "c5") -> list[Any]:
    return [column for column in spec["columns"] if column["name"] != target]
