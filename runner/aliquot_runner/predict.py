"""Applies a model archive to rows: out/predictions.csv, one line a row in the order of the input."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .archive import unpack
from .channel import Channel
from .errors import RunnerError
from .families.base import Values
from .loaded import blended, fold_state, loaded_folds
from .prepared import read_columns, read_part
from .protocol import PredictSpec, RunColumn
from .table import NUMERIC, read_table, row_count


def predict(spec: PredictSpec, channel: Channel, out: Path) -> None:
    """Raises MODEL_INVALID or DATA_UNREADABLE."""
    with tempfile.TemporaryDirectory(prefix="aliquot-") as scratch:
        manifest = unpack(Path(spec["model"]), Path(scratch))
        prediction = apply_model(manifest, Path(scratch), read_rows(spec, manifest, Path(scratch)))
    header = list(manifest["classes"]) or ["prediction"]
    rows = prediction.tolist() if manifest["classes"] else [[value] for value in prediction.tolist()]
    with (out / "predictions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    channel.emit({"type": "predicted", "rows": len(prediction), "columns": header})


def read_rows(spec: PredictSpec, manifest: dict[str, Any], folder: Path) -> Callable[[int], pd.DataFrame]:
    """The rows as a fold's preparation takes them: the same for every fold, or what the fold's code made of them."""
    prefix = spec.get("prepared")
    if bool(manifest.get("prepared")) != (prefix is not None):
        wanted = "needs" if manifest.get("prepared") else "does not take"
        raise RunnerError("MODEL_INVALID", f"The model {wanted} rows that its code has prepared.")
    if prefix is None:
        frame = read_inputs(spec, manifest["columns"])
        return lambda fold: frame
    files = prefix

    def made(fold: int) -> pd.DataFrame:
        columns = read_columns(files, fold)
        if columns != fold_state(folder, fold)["made"]:
            raise RunnerError("DATA_UNREADABLE", "The code has made other columns than in training.")
        return read_part(files, fold, "rows", columns, spec["rowCount"])

    return made


def read_inputs(spec: PredictSpec, columns: list[RunColumn]) -> pd.DataFrame:
    """The columns of the model, seen as in training; one that the file lacks is missing throughout."""
    path = Path(spec["data"])
    rows = row_count(path)
    if rows != spec["rowCount"]:
        raise RunnerError("DATA_UNREADABLE", f"The data has {rows} rows, not {spec['rowCount']}.")
    given = {column["name"] for column in spec["columns"]}
    frame = read_table(path, [column for column in columns if column["name"] in given], coded=True)
    absent: dict[str, Any] = {
        column["name"]: _missing(column, rows) for column in columns if column["name"] not in given
    }
    whole = pd.concat([frame, pd.DataFrame(absent, index=frame.index)], axis=1) if absent else frame
    return whole[[column["name"] for column in columns]]


def apply_model(manifest: dict[str, Any], folder: Path, rows: Callable[[int], pd.DataFrame]) -> Values:
    """Weighted mean over members of the mean over their folds: (rows, classes) or (rows,)."""
    return blended(loaded_folds(manifest, folder), rows)


def _missing(column: RunColumn, rows: int) -> Any:
    if column["type"] in NUMERIC:
        return np.full(rows, np.nan)
    if column["type"] == "datetime":
        return np.full(rows, np.datetime64("NaT"), dtype="datetime64[us]")
    return np.full(rows, None, dtype=object)
