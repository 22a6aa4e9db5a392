"""Steps and encoder of one fold together: from the table to the matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from .encoder import Encoder, Feature, Matrix
from .errors import RunnerError
from .parameters import fault_in
from .protocol import RunColumn, RunStep
from .registry import find_step
from .steps.base import Step, Truth, levels_of, with_columns


def make_steps(steps: Sequence[RunStep], columns: Sequence[RunColumn]) -> list[Step]:
    """Unfitted steps; a step without columns gets every column of the types that it takes."""
    made: list[Step] = []
    for step in steps:
        kind = find_step(step)
        chosen = step.get("columns")
        if chosen is None:
            chosen = [column["name"] for column in columns if column["type"] in kind.takes]
        fault = fault_in(kind, step["parameters"])
        if fault is not None:
            raise RunnerError("SPEC_INVALID", fault)
        made.append(kind(list(chosen), **step["parameters"]))
    return made


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """Text as categories: each text is looked at once from here on, however many steps and rows there are."""
    new: dict[str, pd.Series] = {}
    for name, values in frame.items():
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
            codes, texts = levels_of(values)
            categories = pd.Categorical.from_codes(codes, pd.Index(texts, dtype=object), validate=False)
            new[str(name)] = pd.Series(categories, index=frame.index)
    return with_columns(frame, new) if new else frame


class Preparation:
    """Fitted on the training rows of one fold; its state is plain JSON."""

    def __init__(self, steps: list[Step], types: Mapping[str, str], encoder: Encoder | None = None) -> None:
        self.steps = steps
        self.types: dict[str, str] = dict(types)
        self.encoder = encoder or Encoder()

    def fit(self, frame: pd.DataFrame, target: Truth) -> Matrix:
        """Learns from `frame` and returns its matrix."""
        frame = coded(frame)
        for step in self.steps:
            try:
                frame = step.fit_transform(frame, target)
            except Exception as error:
                raise RunnerError("STEP_FAILED", f"{step.label}: {error}") from error
            self.types |= step.types()
        return self.encoder.fit_transform(frame, self.types, target)

    def transform(self, frame: pd.DataFrame) -> Matrix:
        frame = coded(frame)
        for step in self.steps:
            try:
                frame = step.transform(frame)
            except Exception as error:
                raise RunnerError("STEP_FAILED", f"{step.label}: {error}") from error
        return self.encoder.transform(frame)

    def features(self) -> list[Feature]:
        return self.encoder.features()

    def state(self) -> dict[str, Any]:
        steps = [
            {"key": step.key, "columns": step.columns, "parameters": step.values, "learned": step.learned}
            for step in self.steps
        ]
        return {"steps": steps, "types": self.types, "encoder": self.encoder.columns}

    @staticmethod
    def restore(state: dict[str, Any]) -> Preparation:
        steps: list[Step] = []
        for entry in state["steps"]:
            kind = find_step({"key": entry["key"], "parameters": {}})
            step = kind(entry["columns"], **entry["parameters"])
            step.learned = entry["learned"]
            steps.append(step)
        return Preparation(steps, state["types"], Encoder(state["encoder"]))
