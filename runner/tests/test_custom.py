"""Code that is not ours: what it is given, what it leaves, and that it says nothing to the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .workbench import Message, Outcome, columns_of, compile_spec, run_job, run_verb, table

STEP = """
import os
from dataclasses import dataclass

@dataclass
class Learned:
    mean: float
    rare: set

def fit(train, target):
    assert list(train.columns) == ["label c0", "label c2", "label c4"]
    assert set(target) == {"class 0", "class 1"}
    os.write(3, b'{"type": "finished"}\\n')
    counts = train["label c2"].value_counts()
    return Learned(train["label c0"].mean(), set(counts.index[counts < 45]))

def transform(rows, state):
    return rows.assign(
        **{"label c0": rows["label c0"] - state.mean, "is rare": rows["label c2"].isin(state.rare)}
    )
"""


def run_code(folder: Path, kind: str, code: str, frame: pd.DataFrame, **more: Any) -> Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "code.py"
    source.write_text(code, encoding="utf-8")
    spec: Message = {
        "kind": kind,
        "protocol": 1,
        "code": "in/code.py",
        "data": "in/rows.parquet",
        "columns": columns_of(frame),
    }
    state = more.pop("state", None)
    inputs: dict[str, pd.DataFrame | Path] = {"rows.parquet": frame, "code.py": source}
    if state is not None:
        inputs["state.bin"] = state
        spec["state"] = "in/state.bin"
    return run_job(folder, spec | more, inputs)


def matrix_of(folder: Path) -> tuple[pd.DataFrame, list[Message]]:
    meta = json.loads((folder / "out" / "matrix.json").read_text(encoding="utf-8"))
    values = np.fromfile(folder / "out" / "matrix.f32", "<f4").reshape(meta["rows"], len(meta["columns"]))
    return pd.DataFrame(values, columns=[column["name"] for column in meta["columns"]]), meta["columns"]


def test_what_was_learned_is_applied_by_another_job(tmp_path: Path) -> None:
    frame = table(200)[["c0", "c2", "c4", "c5"]]
    train, rows = frame[:150], frame[150:].drop(columns="c5")
    rows.loc[151, "c2"] = "unseen"
    fitted = run_code(tmp_path / "fit", "fit", STEP, train, target="c5")
    assert (fitted.status, fitted.messages) == (0, []), fitted.output
    state = tmp_path / "fit" / "out" / "state.bin"
    applied = run_code(tmp_path / "apply", "transform", STEP, rows, state=state, batches=[1, 30, 19])
    assert (applied.status, applied.messages) == (0, []), applied.output

    learned, columns = matrix_of(tmp_path / "fit")
    result, same_columns = matrix_of(tmp_path / "apply")
    assert same_columns == columns
    assert {column["name"]: column["categories"] for column in columns} == {
        "label c0": None,
        "label c2": ["blue", "green", "grün", "red"],
        "label c4": None,
        "is rare": None,
    }
    whole = pd.concat([learned, result], ignore_index=True)
    assert np.allclose(whole["label c0"], frame["c0"] - train["c0"].mean(), atol=1e-6)
    days = (frame["c4"] - train["c4"].min()) / pd.Timedelta(days=1)
    assert np.allclose(whole["label c4"], days, atol=1e-5)
    counts = train["c2"].value_counts()
    assert whole["is rare"].tolist() == [float(counts.get(value, 99) < 45) for value in rows_and(train, rows)["c2"]]
    vocabulary = dict(enumerate(["blue", "green", "grün", "red"]))
    expected = rows_and(train, rows)["c2"].replace("unseen", None)
    assert whole["label c2"].map(vocabulary).where(whole["label c2"].notna(), None).tolist() == expected.tolist()


def rows_and(train: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([train.drop(columns="c5"), rows], ignore_index=True)


def test_the_code_that_compile_writes_runs_like_this_too(tmp_path: Path) -> None:
    frame = table(120).drop(columns="c6")
    steps = [{"key": "datetime_parts", "parameters": {}}, {"key": "missing_indicator", "parameters": {}}]
    spec = compile_spec(frame, "c5", steps)
    run_job(tmp_path / "compile", spec, {})
    code = (tmp_path / "compile" / "out" / "pipeline.py").read_text(encoding="utf-8")
    fitted = run_code(tmp_path / "fit", "fit", code, frame[:100], target="c5")
    assert fitted.status == 0, fitted.output
    state = tmp_path / "fit" / "out" / "state.bin"
    rows = frame[100:].drop(columns="c5")
    assert run_code(tmp_path / "apply", "transform", code, rows, state=state, batches=[20]).status == 0
    result, columns = matrix_of(tmp_path / "apply")
    assert len(result) == 20
    assert "label c4.month" in [column["name"] for column in columns]


def test_what_breaks_the_contract_is_told_as_text(tmp_path: Path) -> None:
    frame = table(30)[["c0", "c2", "c5"]]
    answers = {
        "rows[1:]": "one row for each row: 30 went in, 29 came out",
        "rows.to_numpy()": "must answer a DataFrame, not ndarray",
        "1 / 0": "ZeroDivisionError",
    }
    for number, (answer, message) in enumerate(answers.items()):
        code = f"def fit(train, target):\n    pass\ndef transform(rows, state):\n    return {answer}\n"
        outcome = run_code(tmp_path / str(number), "fit", code, frame, target="c5")
        assert outcome.status != 0
        assert outcome.messages == []
        assert message in outcome.output
        assert not (tmp_path / str(number) / "out" / "matrix.json").exists()


def test_other_columns_than_in_training_are_told(tmp_path: Path) -> None:
    frame = table(30)[["c0", "c2", "c5"]]
    code = "def fit(train, target):\n    pass\ndef transform(rows, state):\n    return pandas.get_dummies(rows)\n"
    assert run_code(tmp_path / "fit", "fit", f"import pandas\n{code}", frame, target="c5").status == 0
    state = tmp_path / "fit" / "out" / "state.bin"
    rows = frame[:1].drop(columns="c5")
    outcome = run_code(tmp_path / "apply", "transform", f"import pandas\n{code}", rows, state=state, batches=[1])
    assert outcome.status != 0
    assert "the columns that it answered in training" in outcome.output


def test_a_script_runs_as_a_program(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    program = "import os, sys\nassert __name__ == '__main__'\nos.write(3, b'{}\\n')\nprint(sys.argv)\nsys.exit(4)\n"
    (tmp_path / "in" / "script.py").write_text(program, encoding="utf-8")
    outcome = run_verb(tmp_path, ["script", "in/script.py"])
    assert (outcome.status, outcome.messages, outcome.output) == (4, [], "['in/script.py']\n")
