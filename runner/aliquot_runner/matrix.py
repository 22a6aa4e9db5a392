"""The rows that custom code made, as raw float32 and a description: nothing that the server would have to parse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .protocol import MatrixColumn, MatrixMeta

MAXIMUM_CATEGORIES = 10_000
DAY = np.timedelta64(1, "D")
EPOCH = np.datetime64("1970-01-01", "us")


@dataclass(frozen=True)
class Layout:
    """What the training rows tell of every matrix. `origins`: of dates, their minimum, from which days are counted."""

    columns: list[MatrixColumn]
    origins: dict[str, Any]


def encode(frame: pd.DataFrame, layout: Layout | None = None) -> tuple[Any, Layout]:
    """Numbers as they are, dates as days, anything else as the position of its text among the categories.

    Without `layout` it is found here; with it, the frame must have its columns, and a text that is not among the
    categories is a missing value.
    """
    frame.columns = frame.columns.map(str)
    if layout is None:
        series = [(name, frame.iloc[:, at]) for at, name in enumerate(frame.columns)]
        layout = Layout(
            [{"name": name, "categories": _categories(values)} for name, values in series],
            {name: _origin(values) for name, values in series if pd.api.types.is_datetime64_any_dtype(values)},
        )
    wanted = [column["name"] for column in layout.columns]
    if list(frame.columns) != wanted:
        differing = sorted(set(wanted) ^ set(frame.columns))[:5]
        raise ValueError(f"transform must answer the columns that it answered in training; differing: {differing}")
    values = np.empty((len(frame), len(wanted)), np.float32)
    for at, column in enumerate(layout.columns):
        values[:, at] = _numbers(frame.iloc[:, at], column, layout.origins.get(column["name"], EPOCH))
    return values, layout


def write_matrix(out: Path, values: Any, columns: Sequence[MatrixColumn]) -> None:
    meta: MatrixMeta = {"rows": len(values), "columns": list(columns)}
    (out / "matrix.f32").write_bytes(values.astype("<f4", copy=False).tobytes())
    (out / "matrix.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)


def _categories(values: pd.Series) -> list[str] | None:
    if _is_number(values):
        return None
    found = sorted({str(value) for value in values.dropna().unique()})
    if len(found) > MAXIMUM_CATEGORIES:
        raise ValueError(f"column {values.name} has {len(found)} different texts: turn it into numbers or drop it")
    return found


def _times(values: pd.Series) -> Any:
    return pd.to_datetime(values, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")


def _origin(values: pd.Series) -> Any:
    times = _times(values)
    known = times[~np.isnat(times)]
    return known.min() if len(known) else EPOCH


def _numbers(values: pd.Series, column: MatrixColumn, origin: Any) -> Any:
    categories = column["categories"]
    if categories is not None:
        positions = {text: position for position, text in enumerate(categories)}
        texts = values.astype(object).map(str, na_action="ignore")
        return texts.map(positions).astype(np.float32)
    if pd.api.types.is_datetime64_any_dtype(values):
        return (_times(values) - origin) / DAY
    return pd.to_numeric(values).to_numpy(np.float64, na_value=np.nan)
