"""The budget holds, and what was reached is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from .workbench import Message, run_job, table, train_spec


@pytest.mark.parametrize(("budget", "tuning"), [(3.0, "NONE"), (4.0, "TPE")])
def test_ends_within_its_budget(budget: float, tuning: str, tmp_path: Path) -> None:
    frame = table(20_000, classes=5).drop(columns="c6")
    spec = train_spec(
        frame, "c5", "MULTICLASS_CLASSIFICATION", "log_loss", algorithms=[], budgetSeconds=budget, tuning=tuning
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.last("finished")["stopReason"] == "BUDGET"
    assert outcome.seconds_between("started", "finished") <= budget + max(1.0, 0.02 * budget)
    best = outcome.last("finished")["bestAlgorithm"]
    assert (tmp_path / "out" / f"{best}.zip").stat().st_size == outcome.runs()[best]["modelBytes"]


def test_some_folds_are_served_when_nothing_else_is_complete(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = table(12_000).drop(columns="c6")
    for number in range(60):
        frame[f"c{number + 10}"] = generator.normal(size=len(frame))
    spec = train_spec(
        frame,
        "c5",
        "BINARY_CLASSIFICATION",
        "roc_auc",
        algorithms=["mlp"],
        budgetSeconds=7,
        threads=1,
        folds={"count": 10, "seed": 1},
        startParameters={"mlp": {"max_epochs": 30, "width": 128}},
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    run = outcome.last("runFinished")
    if len(run["foldScores"]) == 10:
        pytest.skip("not run: this machine fits ten folds in the time")
    assert "fold" in outcome.last("log")["message"]
    assert outcome.last("finished")["bestAlgorithm"] == "mlp"


def test_nothing_fitted_is_told_as_such(tmp_path: Path) -> None:
    frame = table(20_000).drop(columns="c6")
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "roc_auc", algorithms=["knn"], budgetSeconds=0.01)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.status == 1
    assert outcome.last("failed")["code"] == "BUDGET_EXHAUSTED"
    assert outcome.last("runFailed")["code"] == "BUDGET_EXHAUSTED"


def test_cancel_keeps_the_best(tmp_path: Path) -> None:
    frame = table(3_000).drop(columns="c6")
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "roc_auc", algorithms=[], tuning="TPE")

    def after_two_runs(message: Message) -> bool:
        return bool(message["type"] == "runFinished" and message["algorithm"] == "linear")

    outcome = run_job(tmp_path, spec, {"data.parquet": frame}, cancel_after=after_two_runs)
    assert outcome.status == 0, outcome.output
    assert outcome.last("finished")["stopReason"] == "CANCELED"
    assert outcome.last("finished")["bestAlgorithm"] in outcome.runs()
    assert outcome.arrivals[-1] - outcome.arrivals[0] < 30
    assert (tmp_path / "out" / "linear.zip").exists()


def test_short_memory_ends_a_fit_and_not_the_job(tmp_path: Path) -> None:
    frame = table(3_000).drop(columns="c6")
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "roc_auc", memoryBytes=64 * 1024**2, threads=1)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    codes = {message["code"] for message in outcome.of("runFailed")}
    assert codes == {"OUT_OF_MEMORY"} or outcome.last("finished")["bestAlgorithm"] == "decision_tree"
