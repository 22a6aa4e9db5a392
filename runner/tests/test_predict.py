from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.stand_alone import load

from .test_archive import nothing_is_pickled
from .workbench import QUICKER, Message, Outcome, columns_of, run_job, table, train_spec


def predict_spec(frame: pd.DataFrame, **changes: object) -> Message:
    return {
        "kind": "predict",
        "protocol": 1,
        "data": "in/data.parquet",
        "columns": columns_of(frame),
        "model": "in/model.zip",
        "rowCount": len(frame),
    } | changes


def trained(folder: Path, frame: pd.DataFrame, target: str, **changes: object) -> Outcome:
    task = "REGRESSION" if target == "c6" else "BINARY_CLASSIFICATION"
    metric = "rmse" if target == "c6" else "log_loss"
    outcome = run_job(folder, train_spec(frame, target, task, metric, **changes), {"data.parquet": frame})
    assert outcome.status == 0, outcome.messages
    return outcome


ALL = ["decision_tree", "linear", "lightgbm", "catboost", "xgboost", "extra_trees", "random_forest", "knn", "mlp"]


@pytest.mark.parametrize("target", ["c5", "c6"])
def test_rows_keep_their_order_for_every_algorithm(target: str, tmp_path: Path) -> None:
    frame = table(300).drop(columns="c6" if target == "c5" else "c5")
    algorithms = [*ALL, "ensemble", *(["naive_bayes"] if target == "c5" else [])]
    steps = [{"key": "datetime_parts", "parameters": {}}, {"key": "group_rare_categories", "parameters": {}}]
    trained(tmp_path / "train", frame, target, algorithms=algorithms, steps=steps, startParameters=QUICKER)
    rows = frame.drop(columns=target).sample(frac=1, random_state=1).reset_index(drop=True)
    rows.loc[3, :] = None
    rows.loc[5, "c2"] = "unseen"
    half = rows.iloc[150:].reset_index(drop=True)
    for key in algorithms:
        model = tmp_path / "train" / "out" / f"{key}.zip"
        results = []
        for name, part in (("all", rows), ("half", half)):
            folder = tmp_path / key / name
            outcome = run_job(folder, predict_spec(part), {"data.parquet": part, "model.zip": model})
            assert outcome.messages == [
                {
                    "type": "predicted",
                    "rows": len(part),
                    "columns": ["prediction"] if target == "c6" else ["class 0", "class 1"],
                }
            ], (key, outcome.output)
            results.append(pd.read_csv(folder / "out" / "predictions.csv").to_numpy())
        assert np.allclose(results[0][150:], results[1], rtol=1e-5, atol=1e-6), key
        assert np.isfinite(results[0]).all()
        nothing_is_pickled(model.read_bytes())
        alone = load(model).predict(rows.rename(columns=lambda name: f"label {name}"))
        assert np.allclose(alone, results[0], rtol=1e-6, atol=1e-9), key
        if target == "c6":
            truth = frame.sample(frac=1, random_state=1)[target].to_numpy()
            assert np.corrcoef(np.delete(truth, [3, 5]), np.delete(results[0][:, 0], [3, 5]))[0, 1] > 0.8, key


def test_labels_survive_byte_for_byte(tmp_path: Path) -> None:
    frame = table(100).drop(columns=["c5", "c6"])
    labels = ['a "quoted", label', "line\nbreak", "__proto__", " =1+1 ", "ünï"]
    frame["c5"] = np.array(labels, dtype=object)[np.arange(100) % 5]
    spec = train_spec(frame, "c5", "MULTICLASS_CLASSIFICATION", "log_loss")
    assert run_job(tmp_path / "train", spec, {"data.parquet": frame}).status == 0
    model = tmp_path / "train" / "out" / "decision_tree.zip"
    run_job(tmp_path / "use", predict_spec(frame), {"data.parquet": frame, "model.zip": model})
    content = (tmp_path / "use" / "out" / "predictions.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows[0] == sorted(labels)
    assert len(rows) == 101


def test_columns_may_be_absent_unknown_or_of_another_storage_type(tmp_path: Path) -> None:
    frame = table(200).drop(columns="c5")
    trained(tmp_path / "train", frame, "c6")
    rows = pd.DataFrame({"c77": ["?", "?"], "c0": ["1.5", "nonsense"], "c2": [1, 2]})
    model = tmp_path / "train" / "out" / "decision_tree.zip"
    outcome = run_job(tmp_path / "use", predict_spec(rows), {"data.parquet": rows, "model.zip": model})
    assert outcome.last("predicted")["rows"] == 2


def test_wrong_row_count_is_refused(tmp_path: Path) -> None:
    frame = table(100).drop(columns="c5")
    trained(tmp_path / "train", frame, "c6")
    model = tmp_path / "train" / "out" / "decision_tree.zip"
    outcome = run_job(tmp_path / "use", predict_spec(frame, rowCount=99), {"data.parquet": frame, "model.zip": model})
    assert outcome.last("failed")["code"] == "DATA_UNREADABLE"


def test_a_damaged_or_foreign_archive_is_refused(tmp_path: Path) -> None:
    frame = table(100).drop(columns="c5")
    trained(tmp_path / "train", frame, "c6")
    good = (tmp_path / "train" / "out" / "decision_tree.zip").read_bytes()
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content if name != "preparation/0.json" else content.replace(b"c0", b"c1"))
    foreign = tmp_path / "foreign.zip"
    foreign.write_bytes(b"not a zip")
    for model in (damaged, foreign):
        outcome = run_job(tmp_path / model.stem, predict_spec(frame), {"data.parquet": frame, "model.zip": model})
        assert outcome.last("failed")["code"] == "MODEL_INVALID"
        assert outcome.status == 1
