from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aliquot_runner.preparation import make_steps
from aliquot_runner.registry import steps

from .workbench import columns_of, compile_spec, run_job, table


def test_the_code_runs_alone_and_does_what_training_does(tmp_path: Path) -> None:
    frame = table(200).drop(columns="c6")
    frame["c3"] = frame["c3"].round(6)
    frame[["c0", "c1"]] = frame[["c0", "c1"]].round(6)
    columns = columns_of(frame)
    columns[2]["label"] = 'a "strange" label; {braces}'
    wanted = [{"key": key, "parameters": {}} for key in steps() if key not in ("drop_columns", "numeric_from_text")]
    wanted.append({"key": "drop_columns", "columns": ["c0"], "parameters": {}})
    spec = compile_spec(frame, "c5", wanted, columns=columns)
    outcome = run_job(tmp_path, spec, {})
    assert outcome.last("compiled")["artifact"]["name"] == "pipeline.py"

    labels = {column["name"]: column["label"] for column in columns}
    frame.rename(columns=labels).to_csv(tmp_path / "train.csv", index=False)
    code = tmp_path / "out" / "pipeline.py"
    subprocess.run(
        [sys.executable, "-I", "-W", "error", code, "train.csv", "train.csv", "result.csv"], cwd=tmp_path, check=True
    )
    result = pd.read_csv(tmp_path / "result.csv")

    expected = frame.drop(columns="c5")
    inputs: Any = [column for column in columns if column["name"] != "c5"]
    unfitted: Any = wanted
    for step in make_steps(unfitted, inputs):
        step.fit(expected)
        expected = step.transform(expected)
    assert list(result.columns) == list(expected.columns)
    for name in result.columns:
        if pd.api.types.is_numeric_dtype(expected[name]):
            assert np.allclose(result[name], expected[name], equal_nan=True), name
        else:
            assert result[name].astype(str).tolist() == expected[name].astype(str).tolist(), name


def test_no_steps_is_valid_code(tmp_path: Path) -> None:
    spec = compile_spec(table(5), "c5", [])
    assert run_job(tmp_path, spec, {}).status == 0
    compile((tmp_path / "out" / "pipeline.py").read_text(encoding="utf-8"), "pipeline.py", "exec")
