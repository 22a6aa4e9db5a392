"""Runs code that is not ours, in a job that holds nothing it may not see.

The module has `fit(train, target)`, which answers whatever can be pickled, and `transform(rows, state)`, which answers
one row for each row. Both see the columns under the user's names. The state is unpickled only here, in another job that
runs the same code: whoever wrote it gains nothing by it.
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from .channel import EVENT_DESCRIPTOR
from .errors import RunnerError
from .matrix import encode, write_matrix
from .protocol import FitSpec, MatrixColumn, RunColumn, TransformSpec
from .table import read_table

MODULE = "custom_code"
STATE = "state.bin"


def take_away_events() -> None:
    """Whatever is written to the event channel from now on goes nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, EVENT_DESCRIPTOR)
    if null != EVENT_DESCRIPTOR:
        os.close(null)


def trace_of(error: BaseException, path: Path) -> str:
    """What went wrong, from the first line of the code on: the way to it would tell its author nothing."""
    step = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename not in (str(path), str(path.resolve())):
        step = step.tb_next
    return "".join(traceback.format_exception(type(error), error, step))


def run_script(path: Path) -> None:
    sys.argv = [str(path)]
    runpy.run_path(str(path), run_name="__main__")


def fit(spec: FitSpec, out: Path) -> None:
    """Learns from the training rows and transforms them in one batch."""
    code = _load(Path(spec["code"]))
    frame = _rows(Path(spec["data"]), spec["columns"])
    target = frame.pop(_label(spec["columns"], spec["target"]))
    state = code.fit(frame.copy(), target)
    values, columns = encode(_transformed(code, frame, state))
    write_matrix(out, values, columns)
    (out / STATE).write_bytes(pickle.dumps({"state": state, "columns": columns}, pickle.HIGHEST_PROTOCOL))


def transform(spec: TransformSpec, out: Path) -> None:
    """Applies the state to the rows, batch by batch."""
    code = _load(Path(spec["code"]))
    learned: dict[str, Any] = pickle.loads(Path(spec["state"]).read_bytes())
    columns: list[MatrixColumn] = learned["columns"]
    frame = _rows(Path(spec["data"]), spec["columns"])
    if sum(spec["batches"]) != len(frame):
        raise RunnerError("SPEC_INVALID", f"The batches have {sum(spec['batches'])} rows, the data {len(frame)}.")
    parts = []
    start = 0
    for size in spec["batches"]:
        batch = frame.iloc[start : start + size].reset_index(drop=True)
        parts.append(encode(_transformed(code, batch, learned["state"]), columns)[0])
        start += size
    whole = np.concatenate(parts) if parts else np.empty((0, len(columns)), np.float32)
    write_matrix(out, whole, columns)


def _load(path: Path) -> ModuleType:
    """Under one name in every job, so that a state may hold objects of its classes."""
    source = importlib.util.spec_from_file_location(MODULE, path)
    if source is None or source.loader is None:
        raise RunnerError("SPEC_INVALID", f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(source)
    sys.modules[MODULE] = module
    source.loader.exec_module(module)
    return module


def _rows(path: Path, columns: Sequence[RunColumn]) -> pd.DataFrame:
    labels = {column["name"]: column["label"] for column in columns}
    return read_table(path, columns).rename(columns=labels)


def _label(columns: Sequence[RunColumn], name: str) -> str:
    for column in columns:
        if column["name"] == name:
            return column["label"]
    raise RunnerError("SPEC_INVALID", f"There is no column {name}.")


def _transformed(code: ModuleType, rows: pd.DataFrame, state: Any) -> pd.DataFrame:
    expected = len(rows)
    result = code.transform(rows.copy(), state)
    if not isinstance(result, pd.DataFrame):
        raise TypeError(f"transform must answer a DataFrame, not {type(result).__name__}")
    if len(result) != expected:
        raise ValueError(f"transform must answer one row for each row: {expected} went in, {len(result)} came out")
    return result
