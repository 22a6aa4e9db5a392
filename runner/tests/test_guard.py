"""Short memory and short time cost single runs, never the training."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.execution.local import LocalPool

from .workbench import GIGABYTE, Outcome, run_job, table, train_spec

SLACK_SECONDS = 10
"""Of a machine that does much else."""


def wide(rows: int, columns: int, classes: int) -> pd.DataFrame:
    generator = np.random.default_rng(5)
    frame = pd.DataFrame(generator.normal(size=(rows, columns)), columns=[f"c{number}" for number in range(columns)])
    frame["c9999"] = np.array([f"class {number}" for number in range(classes)], dtype=object)[
        generator.integers(0, classes, rows)
    ]
    return frame


def overrun(outcome: Outcome) -> float:
    """By the runner's own clock."""
    finished = outcome.last("finished")
    return float(finished["seconds"] - finished["budgetSeconds"])


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def allowed(budget: float) -> float:
    return max(1.0, 0.02 * budget)


def test_what_does_not_fit_is_told_and_the_rest_is_trained(tmp_path: Path) -> None:
    frame = wide(300, columns=1_500, classes=6)
    spec = train_spec(
        frame,
        "c9999",
        "MULTICLASS_CLASSIFICATION",
        "log_loss",
        algorithms=["naive_bayes", "catboost"],
        memoryBytes=int(1.5 * GIGABYTE),
        folds={"count": 2, "seed": 7},
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.status == 0, outcome.output
    failed = {message["algorithm"]: message for message in outcome.of("runFailed")}
    assert {message["code"] for message in failed.values()} == {"OUT_OF_MEMORY"}
    assert failed.keys() == {"catboost", *(failed.keys() & {"ensemble"})}
    assert "It needs about 2." in failed["catboost"]["message"]
    assert set(outcome.runs()) == {"naive_bayes"}
    held = [message["message"] for message in outcome.of("log") if "the kernel" in message["message"]]
    assert len(held) == 1


def test_a_model_of_a_sample_is_served_where_time_is_far_too_short(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.random.default_rng(3).normal(size=(400_000, 12)), columns=[f"c{n}" for n in range(12)])
    frame["c12"] = np.where(frame["c0"] + frame["c1"] > 1.5, "yes", "no")
    spec = train_spec(frame, "c12", "BINARY_CLASSIFICATION", "roc_auc", algorithms=[], budgetSeconds=3)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.status == 0, outcome.output
    assert overrun(outcome) <= allowed(3)
    best = outcome.last("finished")["bestAlgorithm"]
    assert (tmp_path / "out" / f"{best}.zip").stat().st_size == outcome.runs()[best]["modelBytes"]
    if outcome.of("foldScored"):
        pytest.skip("not run to its end: this machine scores a fold in the time")
    assert re.search(r"of a sample of 20\d\d rows", outcome.last("log")["message"])
    assert [message["algorithm"] for message in outcome.of("runFailed")].count(best) == 0


def test_a_fit_that_looks_at_no_clock_is_ended(tmp_path: Path) -> None:
    """One iteration of CatBoost outlives the budget."""
    frame = wide(1_500, columns=600, classes=8)
    spec = train_spec(
        frame,
        "c9999",
        "MULTICLASS_CLASSIFICATION",
        "log_loss",
        algorithms=["catboost"],
        startParameters={"catboost": {"depth": 10}},
        budgetSeconds=1,
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    end = outcome.messages[-1]["type"]
    assert end in ("finished", "failed")
    assert outcome.seconds_between("started", end) <= 1 + SLACK_SECONDS


def test_short_budgets_hold(tmp_path: Path) -> None:
    """Five of those that `npm run bench budget-drill` tries."""
    frame = table(30_000, classes=4).drop(columns="c6")
    for number, budget in enumerate(np.random.default_rng(17).uniform(1.0, 3.0, 5)):
        folder = tmp_path / str(number)
        folder.mkdir()
        spec = train_spec(
            frame, "c5", "MULTICLASS_CLASSIFICATION", "log_loss", algorithms=[], budgetSeconds=float(budget)
        )
        outcome = run_job(folder, spec, {"data.parquet": frame})
        assert outcome.status == 0, outcome.output
        assert overrun(outcome) <= allowed(float(budget))
        for told in outcome.of("progress"):
            assert 0 <= told["etaLowSeconds"] <= told["etaHighSeconds"] <= budget
            assert told["etaSeconds"] is None or told["etaLowSeconds"] <= told["etaSeconds"] <= told["etaHighSeconds"]
        best = outcome.last("finished")["bestAlgorithm"]
        assert (folder / "out" / f"{best}.zip").exists()


@pytest.mark.parametrize("step_bytes", [4 * 1024**2, 2 * GIGABYTE])
def test_a_glutton_is_ended_alone(step_bytes: int, tmp_path: Path) -> None:
    """In many small requests, or in one large one."""
    wake, _ = os.pipe()
    release, write = os.pipe()

    def eat(folder: Path) -> None:
        held = []
        while True:
            held.append(np.ones(step_bytes // 8))

    def wait(folder: Path) -> None:
        os.read(release, 1)

    pool = LocalPool(resident_bytes() + GIGABYTE // 2, wake)
    try:
        pool.start("modest", tmp_path / "modest", wait, need=1024)
        pool.start("glutton", tmp_path / "glutton", eat, need=1024)
        (ended,) = pool.wait(time.monotonic() + 60)
        assert (ended.name, ended.code) == ("glutton", "OUT_OF_MEMORY")
        assert pool.running() == ["modest"]
        assert pool.must_wait(GIGABYTE)
        os.write(write, b"x")
        (ended,) = pool.wait(time.monotonic() + 60)
        assert (ended.name, ended.code) == ("modest", None)
    finally:
        pool.kill_all()
