"""Holds an ONNX file against the predictions of the models that it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd

from ..families.base import Values
from ..protocol import RunColumn
from .inputs import kind_of

TOLERANCE = 1e-5
"""Of a probability, or in standard deviations of the target."""
MAXIMUM_ROWS = 2_000
MISSING_SHARE = 0.05
UNSEEN_SHARE = 0.03
UNSEEN = "never seen"
NANOSECONDS_A_DAY = 86_400_000_000_000


@dataclass(frozen=True)
class Parity:
    """`crossed_rows`: those that differ by more than the tolerance, as they do where a value crosses a split."""

    rows: int
    max_difference: float
    crossed_rows: int


def rows_to_compare(frame: pd.DataFrame, columns: Sequence[RunColumn], seed: int) -> pd.DataFrame:
    """Rows of the table, the same rows with holes and with texts that no training row has, and one that is empty."""
    generator = np.random.default_rng(seed)
    count = min(MAXIMUM_ROWS, len(frame))
    whole = frame.iloc[np.sort(generator.choice(len(frame), count, replace=False))].reset_index(drop=True)
    changed: dict[str, pd.Series] = {}
    for column in columns:
        values = whole[column["name"]]
        holes = generator.random(count) < MISSING_SHARE
        holes[-1] = True
        if kind_of(column) == "text":
            values = values.astype(object)
            values = values.mask(generator.random(count) < UNSEEN_SHARE, UNSEEN).mask(holes, None)
        else:
            values = values.mask(holes)
        changed[column["name"]] = values
    texts = {column["name"]: object for column in columns if kind_of(column) == "text"}
    return pd.concat([whole.astype(texts), pd.DataFrame(changed)], ignore_index=True)


def compare(model: bytes, frame: pd.DataFrame, columns: Sequence[RunColumn], expected: Values, spread: float) -> Parity:
    """`spread`: what a difference is told in; 1 for probabilities."""
    given = predict(model, frame, columns)
    difference = np.abs(given - expected.reshape(given.shape)).max(axis=1) / spread
    difference = np.where(np.isnan(difference), np.inf, difference)
    return Parity(len(frame), float(difference.max()), int(np.sum(difference > TOLERANCE)))


def predict(model: bytes, frame: pd.DataFrame, columns: Sequence[RunColumn]) -> Values:
    """Probabilities or values as the file gives them."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    wanted = {entry.name for entry in session.get_inputs()}
    feeds = {column["label"]: _fed(frame[column["name"]], column) for column in columns if column["label"] in wanted}
    return np.asarray(session.run([session.get_outputs()[0].name], feeds)[0], dtype=np.float64)


def _fed(values: pd.Series, column: RunColumn) -> Any:
    kind = kind_of(column)
    if kind == "number":
        return values.to_numpy(np.float64, na_value=np.nan).reshape(-1, 1)
    if kind == "date":
        moments = values.to_numpy("datetime64[ns]")
        days = moments.astype(np.int64) / NANOSECONDS_A_DAY
        return np.where(np.isnat(moments), np.nan, days).reshape(-1, 1)
    texts = values.astype(object).where(values.notna(), "").map(str)
    return texts.to_numpy(dtype=object).reshape(-1, 1)
