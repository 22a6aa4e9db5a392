"""Reads the Parquet file into columns seen as their declared type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .errors import RunnerError
from .protocol import ColumnType, RunColumn
from .target import label_text

NUMERIC: tuple[ColumnType, ...] = ("integer", "number")


def read_table(path: Path, columns: Sequence[RunColumn]) -> pd.DataFrame:
    """One column a spec column: float64, datetime64 or objects of text with None. Raises DATA_UNREADABLE.

    Arrow's own threads stay off: the caller forks later.
    """
    names = [column["name"] for column in columns]
    if len(set(names)) != len(names):
        raise RunnerError("SPEC_INVALID", "Two columns have the same name.")
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            absent = set(names) - set(file.schema_arrow.names)
            if absent:
                raise RunnerError("DATA_UNREADABLE", f"The data has no column {', '.join(sorted(absent))}.")
            table = file.read(columns=names, use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise RunnerError("DATA_UNREADABLE", "The data is not a readable Parquet file.") from error
    series = {column["name"]: _seen_as(table[column["name"]], column["type"]) for column in columns}
    return pd.DataFrame(series, index=range(table.num_rows), copy=False)


def read_raw(path: Path, name: str) -> pd.Series:
    """A column with the values of its storage type: what a target needs for the text of its labels."""
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            if name not in file.schema_arrow.names:
                raise RunnerError("DATA_UNREADABLE", f"The data has no column {name}.")
            column = file.read(columns=[name], use_threads=False)[name]
    except (OSError, pa.ArrowException) as error:
        raise RunnerError("DATA_UNREADABLE", "The data is not a readable Parquet file.") from error
    return _objects(column)


def row_count(path: Path) -> int:
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            return int(file.metadata.num_rows)
    except (OSError, pa.ArrowException) as error:
        raise RunnerError("DATA_UNREADABLE", "The data is not a readable Parquet file.") from error


def _objects(column: Any) -> pd.Series:
    if pa.types.is_floating(column.type):
        numbers = column.to_numpy(zero_copy_only=False)
        return pd.Series(np.where(np.isnan(numbers), None, numbers.astype(object)), dtype=object)
    return pd.Series(column.to_pylist(), dtype=object)


def _seen_as(column: Any, kind: ColumnType) -> pd.Series:
    if kind in NUMERIC:
        return pd.Series(_numbers(column))
    if kind == "datetime":
        return pd.Series(_times(column))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pd.Series(column.to_numpy(zero_copy_only=False), dtype=object)
    values = _objects(column)
    return values.map(label_text, na_action="ignore").astype(object)


def _numbers(column: Any) -> Any:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        numbers = pd.to_numeric(pd.Series(column.to_pylist(), dtype=object), errors="coerce").to_numpy(np.float64)
    elif pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        numbers = _times(column).astype("datetime64[s]").astype(np.float64)
    else:
        numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _times(column: Any) -> Any:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column.cast(pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False)
    texts = pd.Series(column.to_pylist(), dtype=object)
    parsed = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    return parsed.dt.tz_localize(None).to_numpy("datetime64[us]")
