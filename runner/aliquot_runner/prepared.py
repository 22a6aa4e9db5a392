"""Matrices that custom code made of each fold in jobs of its own, checked by the server: files beside the data.

PREFIX-<fold>.json describes the columns, PREFIX-<fold>-<part>.f32 holds the values of the rows, in their order. From
there on they are seen as any table is: the same encoder learns from the training rows which categories are frequent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import pandas as pd

from .encoder import Matrix
from .errors import RunnerError
from .preparation import Preparation
from .protocol import ColumnType, MatrixColumn, MatrixMeta, RunColumn
from .steps.base import Truth

Part = Literal["train", "validation", "rows"]


@dataclass(frozen=True)
class PreparedFold:
    """`preparation` has no steps: what they did is in the matrices. `columns`: those which the code made."""

    train: Matrix
    validation: Matrix
    preparation: Preparation
    columns: list[MatrixColumn]

    def state(self) -> dict[str, Any]:
        """Plain JSON, as every preparation's, and what another matrix must look like."""
        return {**self.preparation.state(), "made": self.columns}


def prepared_fold(
    prefix: str, fold: int, target: Truth, validation_rows: int, inputs: Sequence[RunColumn] = ()
) -> PreparedFold:
    """One fold, `target` that of its training rows; `inputs` tell which columns hold free text."""
    columns = read_columns(prefix, fold)
    train = read_part(prefix, fold, "train", columns, len(target.values))
    preparation = Preparation([], _types(columns, inputs))
    matrix = preparation.fit(train, target)
    validation = read_part(prefix, fold, "validation", columns, validation_rows)
    return PreparedFold(matrix, preparation.transform(validation), preparation, columns)


def read_columns(prefix: str, fold: int) -> list[MatrixColumn]:
    """Raises DATA_UNREADABLE."""
    try:
        content = Path(f"{prefix}-{fold}.json").read_bytes()
        return msgspec.json.decode(content, type=MatrixMeta)["columns"]
    except (OSError, msgspec.MsgspecError) as error:
        raise RunnerError("DATA_UNREADABLE", f"The columns of fold {fold + 1} cannot be read.") from error


def read_part(prefix: str, fold: int, part: Part, columns: Sequence[MatrixColumn], rows: int) -> pd.DataFrame:
    """Numbers as float64, categories as text, named c0, c1 … by their places. Raises DATA_UNREADABLE."""
    try:
        values = np.fromfile(f"{prefix}-{fold}-{part}.f32", dtype="<f4")
    except OSError as error:
        raise RunnerError("DATA_UNREADABLE", f"The rows of fold {fold + 1} cannot be read.") from error
    if values.size != rows * len(columns):
        raise RunnerError("DATA_UNREADABLE", f"Fold {fold + 1} has not {rows} rows of {len(columns)} columns.")
    table = values.reshape(rows, len(columns))
    series = {f"c{place}": _seen(table[:, place], column) for place, column in enumerate(columns)}
    return pd.DataFrame(series, index=range(rows), copy=False)


def _seen(values: Any, column: MatrixColumn) -> Any:
    if column["categories"] is None:
        return values.astype(np.float64)
    texts = np.array([*column["categories"], None], dtype=object)
    return texts[np.where(np.isnan(values), len(texts) - 1, values).astype(np.int64)]


def _types(columns: Sequence[MatrixColumn], inputs: Sequence[RunColumn]) -> dict[str, ColumnType]:
    texts = {column["label"] for column in inputs if column["type"] == "text"}
    types: dict[str, ColumnType] = {}
    for place, column in enumerate(columns):
        kind: ColumnType = "number" if column["categories"] is None else "category"
        types[f"c{place}"] = "text" if kind == "category" and column["name"] in texts else kind
    return types
