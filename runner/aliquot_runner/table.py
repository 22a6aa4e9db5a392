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


def read_table(path: Path, columns: Sequence[RunColumn], *, coded: bool = False) -> pd.DataFrame:
    """One column a spec column: float64, datetime64 or text with None; `coded`: text as categories, each kept once.

    One column after the other, so that the file is never there as a whole as well. Arrow's own threads stay off: the
    caller forks later. Raises DATA_UNREADABLE.
    """
    names = [column["name"] for column in columns]
    if len(set(names)) != len(names):
        raise RunnerError("SPEC_INVALID", "Two columns have the same name.")
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            absent = set(names) - set(file.schema_arrow.names)
            if absent:
                raise RunnerError("DATA_UNREADABLE", f"The data has no column {', '.join(sorted(absent))}.")
            rows = file.metadata.num_rows
            series = {
                name: _read(file, name, column["type"], coded) for name, column in zip(names, columns, strict=True)
            }
    except (OSError, pa.ArrowException) as error:
        raise RunnerError("DATA_UNREADABLE", "The data is not a readable Parquet file.") from error
    pa.default_memory_pool().release_unused()
    return pd.DataFrame(series, index=range(rows), copy=False)


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


def _read(file: Any, name: str, kind: ColumnType, coded: bool) -> pd.Series:
    column = file.read(columns=[name], use_threads=False)[name]
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if coded and is_text and kind not in NUMERIC and kind != "datetime":
        return pd.Series(_categories(column))
    return _seen_as(column, kind)


def _categories(column: Any) -> pd.Categorical:
    chunks = column.dictionary_encode().chunks
    if not chunks:
        return pd.Categorical([], categories=pd.Index([], dtype=object))
    # The chunks share one dictionary, which grows from the first to the last.
    levels = pd.Index(chunks[-1].dictionary.to_pylist(), dtype=object)
    codes = np.concatenate([chunk.indices.fill_null(-1).to_numpy() for chunk in chunks])
    return pd.Categorical.from_codes(codes, levels, validate=False)


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
