"""Applies a model archive to rows: out/predictions.csv, one line a row in the order of the input."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .archive import model_folder, unpack
from .channel import Channel
from .errors import RunnerError
from .families.base import Values
from .fold_model import load_model
from .preparation import Preparation
from .prepared import read_columns, read_part
from .protocol import PredictSpec, RunColumn
from .registry import families
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
        if columns != _state(folder, fold)["made"]:
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
    total: Values | None = None
    for fold in sorted({fold for member in manifest["members"] for fold in member["folds"]}):
        preparation = Preparation.restore(_state(folder, fold))
        features, matrix = preparation.features(), preparation.transform(rows(fold))
        for member in manifest["members"]:
            if fold not in member["folds"]:
                continue
            family = families().get(member["algorithm"])
            if family is None:
                raise RunnerError("MODEL_INVALID", f"The model uses an unknown algorithm, {member['algorithm']}.")
            model = load_model(family, model_folder(folder, member, fold), features)
            part = model.predict(matrix) * (member["weight"] / len(member["folds"]))
            total = part if total is None else total + part
    if total is None:
        raise RunnerError("MODEL_INVALID", "The model archive has no members.")
    return total


def _state(folder: Path, fold: int) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / "preparation" / f"{fold}.json").read_text(encoding="utf-8"))
    return state


def _missing(column: RunColumn, rows: int) -> Any:
    if column["type"] in NUMERIC:
        return np.full(rows, np.nan)
    if column["type"] == "datetime":
        return np.full(rows, np.datetime64("NaT"), dtype="datetime64[us]")
    return np.full(rows, None, dtype=object)
