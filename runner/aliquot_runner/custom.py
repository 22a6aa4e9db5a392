"""Runs code that is not ours, in a job that holds nothing it may not see.

The module has `fit(train, target)`, which answers whatever can be pickled, and `transform(rows, state)`, which answers
one row for each row. Where it has `fit_transform(train, target)` too, which answers both a state and the training rows,
that one is asked: it can keep each row from seeing its own target. All see the columns under the user's names. The
state is unpickled only here, in another job that runs the same code: whoever wrote it gains nothing by it.
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
from .matrix import Layout, encode, write_matrix
from .protocol import FitSpec, MatrixColumn, RunColumn, TransformSpec
from .spec import read_spec
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
    names = (str(path), str(path.absolute()), str(path.resolve()))
    while step is not None and step.tb_frame.f_code.co_filename not in names:
        step = step.tb_next
    return "".join(traceback.format_exception(type(error), error, step))


ANEW = "import sys; sys.path.insert(0, sys.argv[1]); from aliquot_runner import custom; custom.start(*sys.argv[2:])"


def run(verb: str, path: Path, is_fresh: bool = False) -> int:
    """0: done; 1: what went wrong is printed."""
    out = Path("out")
    out.mkdir(exist_ok=True)
    code = path
    try:
        if verb == "fit":
            learning = read_spec(path, FitSpec)
            code = Path(learning["code"])
            _begin_anew(learning.get("fresh", False) and not is_fresh, verb, path)
            fit(learning, out)
        elif verb == "transform":
            applying = read_spec(path, TransformSpec)
            code = Path(applying["code"])
            _begin_anew(applying.get("fresh", False) and not is_fresh, verb, path)
            transform(applying, out)
        else:
            run_script(path)
    except Exception as error:
        print(trace_of(error, code), end="", file=sys.stderr)
        return 1
    return 0


def _begin_anew(wanted: bool, verb: str, path: Path) -> None:
    """Another interpreter takes the place of this one, which was forked from one that others were forked from too."""
    if wanted:
        root = Path(__file__).resolve().parent.parent
        os.execv(sys.executable, [sys.executable, "-I", "-c", ANEW, str(root), verb, str(path)])


def start(verb: str, path: str) -> None:
    """In the fresh interpreter."""
    raise SystemExit(run(verb, Path(path), True))


def run_script(path: Path) -> None:
    sys.argv = [str(path)]
    runpy.run_path(str(path), run_name="__main__")


def fit(spec: FitSpec, out: Path) -> None:
    """Learns from the training rows and transforms them in one batch."""
    code = _load(Path(spec["code"]))
    frame = _rows(Path(spec["data"]), spec["columns"])
    target = frame.pop(_label(spec["columns"], spec["target"]))
    state, prepared = _learned(code, frame, target)
    values, layout = encode(prepared)
    if hasattr(code, "fit_transform"):
        applied, _ = encode(_transformed(code, frame, state), layout)
        layout = Layout(_marked(layout.columns, values, applied), layout.origins)
    write_matrix(out, values, layout.columns)
    (out / STATE).write_bytes(pickle.dumps({"state": state, "layout": layout}, pickle.HIGHEST_PROTOCOL))


def transform(spec: TransformSpec, out: Path) -> None:
    """Applies the state to the rows, batch by batch."""
    code = _load(Path(spec["code"]))
    learned: dict[str, Any] = pickle.loads(Path(spec["state"]).read_bytes())
    layout: Layout = learned["layout"]
    frame = _rows(Path(spec["data"]), spec["columns"])
    if sum(spec["batches"]) != len(frame):
        raise RunnerError("SPEC_INVALID", f"The batches have {sum(spec['batches'])} rows, the data {len(frame)}.")
    parts = []
    start = 0
    for size in spec["batches"]:
        batch = frame.iloc[start : start + size].reset_index(drop=True)
        parts.append(encode(_transformed(code, batch, learned["state"]), layout)[0])
        start += size
    whole = np.concatenate(parts) if parts else np.empty((0, len(layout.columns)), np.float32)
    write_matrix(out, whole, layout.columns)


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


def _learned(code: ModuleType, frame: pd.DataFrame, target: pd.Series) -> tuple[Any, pd.DataFrame]:
    if not hasattr(code, "fit_transform"):
        state = code.fit(frame.copy(), target)
        return state, _transformed(code, frame, state)
    answer = code.fit_transform(frame.copy(), target)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise TypeError("fit_transform must answer the state and a DataFrame")
    return answer[0], _checked("fit_transform", len(frame), answer[1])


def _marked(columns: list[MatrixColumn], learned: Any, applied: Any) -> list[MatrixColumn]:
    """Tells of each column whether `fit_transform` made the training rows in another way than `transform` does."""
    same = np.isclose(learned, applied, rtol=1e-4, atol=0.0, equal_nan=True).all(axis=0)
    return [column if is_same else {**column, "outOfFold": True} for column, is_same in zip(columns, same, strict=True)]


def _transformed(code: ModuleType, rows: pd.DataFrame, state: Any) -> pd.DataFrame:
    return _checked("transform", len(rows), code.transform(rows.copy(), state))


def _checked(verb: str, expected: int, result: Any) -> pd.DataFrame:
    if not isinstance(result, pd.DataFrame):
        raise TypeError(f"{verb} must answer a DataFrame, not {type(result).__name__}")
    if len(result) != expected:
        raise ValueError(f"{verb} must answer one row for each row: {expected} went in, {len(result)} came out")
    return result
