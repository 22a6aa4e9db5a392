"""Writes steps as Python that runs alone: the very classes that training uses, and the list that calls them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from pprint import pformat
from typing import Any

from .archive import artifact
from .channel import Channel
from .preparation import make_steps
from .protocol import CompileSpec
from .steps import base

NAME = "preprocessing.py"

HEADER = '''"""Preprocessing written by Aliquot.

As a module: state = fit(train) learns from training rows, transform(rows, state) applies it to any rows.
As a program: python preprocessing.py train.csv rows.csv result.csv
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import numpy as np
import pandas as pd

# Names used inside the steps, and the names of the columns in your file.
COLUMNS: dict[str, str] = {columns}

# How each column is seen.
TYPES: dict[str, str] = {types}

TARGET = {target}
'''

FOOTER = '''
STEPS: list[Step] = {steps}


def read(table: pd.DataFrame) -> pd.DataFrame:
    """The input columns under their short names, each seen as its type; the target is left out."""
    names = {{label: name for name, label in COLUMNS.items()}}
    table = table.rename(columns=names)
    table = table[[name for name in COLUMNS if name in table.columns and name != TARGET]].copy()
    for name in table.columns:
        if TYPES[name] in ("integer", "number"):
            table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
        elif TYPES[name] == "datetime":
            table[name] = pd.to_datetime(table[name], errors="coerce")
        else:
            table[name] = as_text(table[name])
    return table


def fit(train: pd.DataFrame, target: pd.Series | None = None) -> list[dict[str, Any]]:
    """Learn from training rows; `train` has the column names of your file. These steps need no target."""
    table = read(train)
    for step in STEPS:
        step.fit(table)
        table = step.transform(table)
    return [step.learned for step in STEPS]


def transform(rows: pd.DataFrame, state: list[dict[str, Any]]) -> pd.DataFrame:
    """Apply what was learned to any rows; same rows in the same order."""
    table = read(rows)
    for step, learned in zip(STEPS, state, strict=True):
        step.learned = learned
        table = step.transform(table)
    return table


if __name__ == "__main__":
    learned_state = fit(pd.read_csv(sys.argv[1]))
    transform(pd.read_csv(sys.argv[2]), learned_state).to_csv(sys.argv[3], index=False)
'''


def compile_steps(spec: CompileSpec, channel: Channel, out: Path) -> None:
    (out / NAME).write_text(source(spec), encoding="utf-8")
    channel.emit({"type": "compiled", "artifact": artifact(out / NAME, NAME, "text/x-python")})


def source(spec: CompileSpec) -> str:
    inputs = [column for column in spec["columns"] if column["name"] != spec["target"]]
    steps = make_steps(spec["steps"], inputs)
    parts: list[Any] = [base.as_text, base.with_columns, base.Step, *dict.fromkeys(type(step) for step in steps)]
    body = "\n\n\n".join(inspect.getsource(part).strip() for part in parts)
    header = HEADER.format(
        columns=_literal({column["name"]: column["label"] for column in spec["columns"]}),
        types=_literal({column["name"]: column["type"] for column in spec["columns"]}),
        target=repr(spec["target"]),
    )
    return f"{header}\n\n{body}\n\n{FOOTER.format(steps=_calls(steps))}"


def _calls(steps: list[base.Step]) -> str:
    if not steps:
        return "[]"
    lines = []
    for step in steps:
        chosen = "".join(f", {name}={value!r}" for name, value in step.values.items())
        lines.append(f"    {type(step).__name__}({step.columns!r}{chosen}),")
    return "[\n" + "\n".join(lines) + "\n]"


def _literal(value: dict[str, Any]) -> str:
    text = pformat(value, sort_dicts=False, width=100).replace("\n ", "\n    ")
    return re.sub(r"^\{(.+)\}$", r"{\n    \1,\n}", text, flags=re.DOTALL) if value else "{}"
