"""Real tables, where they are at hand: far better than the baseline, in time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from .workbench import PACKAGE_ROOT, QUICKER, run_job, train_spec

SHARED = PACKAGE_ROOT.parent.parent / "shared" / "data"
CASES = [
    ("penguins", "species", "MULTICLASS_CLASSIFICATION", "log_loss", 0.15),
    ("hypothyroid", "class", "BINARY_CLASSIFICATION", "log_loss", 0.6),
    ("abalone", "rings", "REGRESSION", "rmse", 0.75),
]


@pytest.mark.parametrize(("name", "target", "task", "metric", "share"), CASES, ids=[case[0] for case in CASES])
def test_beats_the_baseline(name: str, target: str, task: str, metric: str, share: float, tmp_path: Path) -> None:
    path = SHARED / f"{name}.csv"
    if not path.exists():
        pytest.skip("not run: no shared data")
    frame = pd.read_csv(path)
    names = {label: f"c{number}" for number, label in enumerate(frame.columns)}
    frame = frame.rename(columns=names)
    keys = ["linear", "lightgbm", "ensemble"]
    spec = train_spec(frame, names[target], task, metric, algorithms=keys, startParameters=QUICKER)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.last("bestChanged")["score"] < share * outcome.messages[0]["baselineScore"]
