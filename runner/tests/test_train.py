from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from .workbench import QUICKER, Message, Outcome, run_job, table, train_spec

BINARY, MULTICLASS, REGRESSION = "BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION", "REGRESSION"


def complete(outcome: Outcome) -> None:
    """What holds for every training that ends well."""
    assert outcome.status == 0, outcome.output
    assert outcome.output == ""
    assert outcome.messages[0]["type"] == "started"
    assert outcome.messages[-1]["type"] == "finished"
    ended = set(outcome.runs()) | {message["algorithm"] for message in outcome.of("runFailed")}
    assert ended == set(outcome.messages[0]["algorithms"])
    assert outcome.last("bestChanged")["algorithm"] == outcome.last("finished")["bestAlgorithm"]
    for run in outcome.runs().values():
        assert run["scoreInterval"][0] <= run["score"] <= run["scoreInterval"][1]
        assert run["scoreBasis"] == ("CROSS_FITTED" if run["algorithm"] == "ensemble" else "OUT_OF_FOLD")
        assert {metric["basis"] for metric in run["metrics"]} == {run["scoreBasis"]}


def test_trains_every_default_algorithm_and_the_ensemble(tmp_path: Path) -> None:
    frame = table(800, classes=3).drop(columns="c6")
    spec = train_spec(frame, "c5", MULTICLASS, "log_loss", algorithms=[], startParameters=QUICKER)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    complete(outcome)
    assert len(outcome.runs()) == 9
    assert outcome.last("finished")["stopReason"] == "DONE"
    assert outcome.seconds_until_first("runFinished") < outcome.seconds_until_first("finished") / 2
    ensemble = outcome.runs()["ensemble"]
    assert sum(member["weight"] for member in ensemble["members"]) == pytest.approx(1)
    assert np.sum(ensemble["confusionMatrix"]["counts"]) == 800
    best = min(run["score"] for key, run in outcome.runs().items() if key != "ensemble")
    assert ensemble["score"] < 1.05 * best
    assert {file.name for file in (tmp_path / "out").iterdir()} == {f"{key}.zip" for key in outcome.runs()}
    assert {entry.name for entry in tmp_path.iterdir()} == {"in", "out", "output.txt"}


@pytest.mark.parametrize("tuning", ["GRID", "RANDOM", "TPE", "HYPERBAND", "AUTO"])
def test_tuning_tells_its_trials(tuning: str, tmp_path: Path) -> None:
    frame = table(300).drop(columns="c5")
    spec = train_spec(
        frame, "c6", REGRESSION, "rmse", algorithms=["decision_tree", "linear"], tuning=tuning, maxTrials=10
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    complete(outcome)
    assert len(outcome.of("trialFinished")) == 10
    for run in outcome.runs().values():
        assert run["score"] <= run["baselineScore"]
        assert run["revision"] == len([m for m in outcome.of("runFinished") if m["algorithm"] == run["algorithm"]])
    asked = [str(message["parameters"]) for message in outcome.of("trialFinished")]
    assert len(set(asked)) > 5


def test_fewer_trials_than_algorithms_take_the_strongest(tmp_path: Path) -> None:
    frame = table(200).drop(columns="c6")
    outcome = run_job(
        tmp_path, train_spec(frame, "c5", BINARY, "roc_auc", algorithms=[], maxTrials=1), {"data.parquet": frame}
    )
    complete(outcome)
    assert outcome.messages[0]["algorithms"] == ["lightgbm"]


def test_the_same_seed_gives_the_same_archive(tmp_path: Path) -> None:
    frame = table(300).drop(columns="c6")
    spec = train_spec(
        frame, "c5", BINARY, "log_loss", algorithms=["linear", "lightgbm", "random_forest"], startParameters=QUICKER
    )
    first = run_job(tmp_path / "first", spec, {"data.parquet": frame})
    second = run_job(tmp_path / "second", spec, {"data.parquet": frame})
    for key, run in first.runs().items():
        assert run["score"] == second.runs()[key]["score"]
        assert run["artifacts"] == second.runs()[key]["artifacts"]
    other = run_job(tmp_path / "third", spec | {"folds": {"count": 3, "seed": 8}}, {"data.parquet": frame})
    assert other.messages[0]["foldsSha256"] != first.messages[0]["foldsSha256"]


@pytest.mark.parametrize(("rows", "task", "metric"), [(5, BINARY, "log_loss"), (5, REGRESSION, "rmse")])
def test_five_rows(rows: int, task: str, metric: str, tmp_path: Path) -> None:
    target = "c5" if task == BINARY else "c6"
    frame = table(rows).drop(columns="c6" if target == "c5" else "c5")
    spec = train_spec(
        frame, target, task, metric, algorithms=[], folds={"count": 5, "seed": 1}, startParameters=QUICKER
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    complete(outcome)
    assert not outcome.of("runFailed"), outcome.of("runFailed")


def test_three_thousand_columns_and_empty_ones(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(150, 3000)), columns=[f"c{number}" for number in range(3000)])
    frame["c7"] = np.nan
    frame["c8"] = np.array([None] * 150, dtype=object)
    frame["c3000"] = np.where(frame["c0"] > 0, "yes", "no")
    spec = train_spec(
        frame, "c3000", BINARY, "roc_auc", algorithms=["decision_tree", "linear", "lightgbm"], startParameters=QUICKER
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    complete(outcome)
    assert not outcome.of("runFailed")
    assert outcome.runs()["decision_tree"]["featureImportance"][0]["feature"] == "c0"


def test_only_empty_columns_score_like_the_baseline(tmp_path: Path) -> None:
    frame = pd.DataFrame({"c0": [np.nan] * 40, "c1": ["x"] * 40, "c2": [1.0, 2.0] * 20})
    spec = train_spec(frame, "c2", REGRESSION, "rmse", algorithms=[], types={"c1": "constant"})
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    complete(outcome)
    assert not outcome.of("runFailed"), outcome.of("runFailed")
    assert outcome.last("bestChanged")["score"] == pytest.approx(outcome.messages[0]["baselineScore"], rel=0.1)


def test_missing_targets_are_dropped_and_told(tmp_path: Path) -> None:
    frame = table(100).drop(columns="c6")
    frame.loc[3:9, "c5"] = None
    outcome = run_job(tmp_path, train_spec(frame, "c5", BINARY, "accuracy"), {"data.parquet": frame})
    complete(outcome)
    assert (outcome.messages[0]["rows"], outcome.messages[0]["droppedRows"]) == (93, 7)
    assert "7 rows" in outcome.of("log")[0]["message"]


def test_labels_are_text_as_written_and_the_rarer_class_is_positive(tmp_path: Path) -> None:
    frame = table(120).drop(columns=["c5", "c6"])
    frame["c5"] = np.where(np.arange(120) % 3 == 0, 2, 10)
    outcome = run_job(tmp_path, train_spec(frame, "c5", BINARY, "average_precision"), {"data.parquet": frame})
    complete(outcome)
    assert outcome.messages[0]["classes"] == ["2", "10"]
    assert outcome.messages[0]["positiveClass"] == "2"


def changed(spec: Message, **changes: object) -> Message:
    return spec | changes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"metric": "rmse"}, "METRIC_NOT_FOR_TASK"),
        ({"metric": "nothing"}, "METRIC_UNKNOWN"),
        ({"algorithms": ["nothing"]}, "ALGORITHM_UNKNOWN"),
        ({"taskType": REGRESSION, "metric": "rmse"}, "TARGET_NOT_NUMERIC"),
        ({"taskType": REGRESSION, "metric": "rmse", "algorithms": ["naive_bayes"]}, "ALGORITHM_NOT_FOR_TASK"),
        ({"steps": [{"key": "nothing", "parameters": {}}]}, "STEP_UNKNOWN"),
        ({"steps": [{"key": "log_transform", "parameters": {"nothing": 1}}]}, "SPEC_INVALID"),
        ({"target": "c9"}, "SPEC_INVALID"),
        ({"protocol": 2}, "SPEC_INVALID"),
        ({"budgetSeconds": "long"}, "SPEC_INVALID"),
        ({"data": "in/nothing.parquet"}, "DATA_UNREADABLE"),
        ({"target": "c7"}, "TARGET_CONSTANT"),
        ({"target": "c8"}, "TARGET_EMPTY"),
        ({"target": "c2"}, "TARGET_NOT_BINARY"),
    ],
)
def test_says_what_is_wrong(changes: Message, code: str, tmp_path: Path) -> None:
    frame = table(50).drop(columns="c6").assign(c7="same", c8=None)
    outcome = run_job(tmp_path, changed(train_spec(frame, "c5", BINARY, "roc_auc"), **changes), {"data.parquet": frame})
    assert outcome.status == 1
    assert [message["type"] for message in outcome.messages] == ["failed"]
    assert outcome.messages[0]["code"] == code
