"""Runs the runner as the sandbox does: a process of its own, in/ and out/, events on descriptor 3."""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .zygote import CODE

Message = dict[str, Any]
PACKAGE_ROOT = Path(__file__).resolve().parent.parent
GIGABYTE = 1024**3
QUICKER = {
    "lightgbm": {"rounds": 40},
    "catboost": {"rounds": 40},
    "xgboost": {"rounds": 40},
    "extra_trees": {"trees": 20},
    "random_forest": {"trees": 20},
}
"""Starting parameters for tests that are not about good models."""


@dataclass
class Outcome:
    messages: list[Message]
    arrivals: list[float] = field(default_factory=list)
    status: int = 0
    output: str = ""

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.messages if message["type"] == kind]

    def last(self, kind: str) -> Message:
        found = self.of(kind)
        assert found, f"no {kind} among {[message['type'] for message in self.messages]}; {self.output}"
        return found[-1]

    def runs(self) -> dict[str, Message]:
        """The last revision of each algorithm."""
        return {message["algorithm"]: message for message in self.of("runFinished")}

    def seconds_between(self, first: str, last: str) -> float:
        kinds = [message["type"] for message in self.messages]
        return self.arrivals[len(kinds) - 1 - kinds[::-1].index(last)] - self.arrivals[kinds.index(first)]

    def seconds_until_first(self, kind: str) -> float:
        kinds = [message["type"] for message in self.messages]
        return self.arrivals[kinds.index(kind)] - self.arrivals[kinds.index("started")]


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Physical types as DuckDB writes them: BIGINT, DOUBLE, VARCHAR, TIMESTAMP."""
    arrays: dict[str, pa.Array] = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_float_dtype(column) or pd.api.types.is_integer_dtype(column):
            arrays[name] = pa.array(column.to_numpy(), from_pandas=True)
        elif pd.api.types.is_datetime64_any_dtype(column):
            arrays[name] = pa.array(column.to_numpy("datetime64[us]"))
        else:
            arrays[name] = pa.array([None if pd.isna(value) else str(value) for value in column], pa.string())
    pq.write_table(pa.table(arrays), path)


def column_type(column: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "datetime"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_float_dtype(column):
        return "number"
    return "category"


def columns_of(frame: pd.DataFrame, types: Mapping[str, str] | None = None) -> list[Message]:
    known = types or {}
    return [
        {"name": name, "label": f"label {name}", "type": known.get(name) or column_type(frame[name])}
        for name in frame.columns
    ]


def train_spec(frame: pd.DataFrame, target: str, task: str, metric: str, **changes: Any) -> Message:
    types = changes.pop("types", None)
    return {
        "kind": "train",
        "protocol": 1,
        "data": "in/data.parquet",
        "columns": columns_of(frame, types),
        "target": target,
        "taskType": task,
        "metric": metric,
        "algorithms": ["decision_tree"],
        "steps": [],
        "folds": {"count": 3, "seed": 7},
        "seed": 7,
        "budgetSeconds": 40,
        "maxTrials": None,
        "tuning": "NONE",
        "threads": 2,
        "memoryBytes": 4 * GIGABYTE,
    } | changes


def compile_spec(
    frame: pd.DataFrame, target: str, steps: Sequence[Message], task: str = "BINARY_CLASSIFICATION", **changes: Any
) -> Message:
    types = changes.pop("types", None)
    return {
        "kind": "compile",
        "protocol": 1,
        "dataset": "table.csv",
        "strategy": "BALANCED",
        "steps": list(steps),
        "columns": columns_of(frame, types),
        "target": target,
        "taskType": task,
    } | changes


def run_job(
    folder: Path,
    spec: Message,
    inputs: Mapping[str, pd.DataFrame | Path],
    cancel_after: Callable[[Message], bool] | None = None,
) -> Outcome:
    """Runs one verb to its end; SIGTERM is sent after the first message for which `cancel_after` holds."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    for name, content in inputs.items():
        if isinstance(content, Path):
            (folder / "in" / name).write_bytes(content.read_bytes())
        else:
            write_parquet(folder / "in" / name, content)
    (folder / "in" / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    return run_verb(folder, [spec["kind"], "in/spec.json"], cancel_after)


def run_verb(folder: Path, arguments: Sequence[str], cancel_after: Callable[[Message], bool] | None = None) -> Outcome:
    connection = _zygote()
    read, write = os.pipe()
    with (folder / "output.txt").open("w+") as output:
        request = "\n".join([str(folder), *arguments])
        socket.send_fds(connection, [request.encode()], [write, output.fileno()])
        os.close(write)
        process = int(_line(connection))
        outcome = Outcome([])
        sent = False
        with os.fdopen(read, encoding="utf-8") as lines:
            for line in lines:
                outcome.arrivals.append(time.monotonic())
                outcome.messages.append(json.loads(line))
                if cancel_after is not None and not sent and cancel_after(outcome.messages[-1]):
                    os.kill(process, signal.SIGTERM)
                    sent = True
        outcome.status = int(_line(connection))
        output.seek(0)
        outcome.output = output.read()
    return outcome


def _line(connection: socket.socket) -> str:
    content = b""
    while not content.endswith(b"\n"):
        received = connection.recv(1)
        assert received, "the zygote is gone"
        content += received
    return content.decode()


@functools.cache
def _zygote() -> socket.socket:
    here, there = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", CODE, str(PACKAGE_ROOT), str(there.fileno())], pass_fds=[there.fileno()]
    )
    there.close()

    def end() -> None:
        here.close()
        process.wait(10)

    atexit.register(end)
    return here


def table(rows: int, seed: int = 0, classes: int = 2) -> pd.DataFrame:
    """c0, c1 numbers, c2 a category, c3 a number with gaps, c4 a date; c5 classes and c6 a number that follow them."""
    generator = np.random.default_rng(seed)
    first, second = generator.normal(size=rows), generator.normal(size=rows)
    level = generator.integers(0, 4, size=rows)
    gaps = np.where(generator.random(rows) < 0.2, np.nan, generator.normal(size=rows))
    dates = np.datetime64("2024-01-01T00:00:00", "us") + generator.integers(0, 90 * 24, size=rows) * np.timedelta64(
        1, "h"
    )
    signal_value = 1.5 * first - second + 0.8 * (level == 2) + generator.normal(scale=0.5, size=rows)
    ranks = np.argsort(np.argsort(signal_value)) * classes // rows
    return pd.DataFrame(
        {
            "c0": first,
            "c1": second,
            "c2": np.array(["red", "green", "blue", "grün"], dtype=object)[level],
            "c3": gaps,
            "c4": dates,
            "c5": np.array([f"class {number}" for number in range(classes)], dtype=object)[ranks],
            "c6": 10 + 3 * signal_value,
        }
    )
