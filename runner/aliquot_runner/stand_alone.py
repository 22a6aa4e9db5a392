"""A model archive without a server: from Python, `load("lightgbm.zip").predict(frame)`, or as the verb `apply`."""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from .archive import unpack
from .errors import RunnerError
from .loaded import blended, loaded_folds
from .protocol import RunColumn
from .table import NUMERIC
from .target import label_text


class Model:
    """An archive, read and held against its golden predictions. Raises RunnerError MODEL_INVALID."""

    def __init__(self, path: str | Path) -> None:
        with tempfile.TemporaryDirectory(prefix="aliquot-") as folder:
            manifest = unpack(Path(path), Path(folder))
            if manifest["prepared"]:
                raise RunnerError("MODEL_INVALID", "Its rows are made by code of your own, which only the server runs.")
            self._folds = list(loaded_folds(manifest, Path(folder)))
        self.classes: list[str] = manifest["classes"]
        self._columns: list[RunColumn] = manifest["columns"]

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A column of probabilities a class, or `prediction`. `frame`: columns by the user's names; one that it lacks
        is missing throughout.
        """
        seen = pd.DataFrame({column["name"]: _seen(frame, column) for column in self._columns}, index=frame.index)
        prediction = blended(self._folds, lambda fold: seen)
        values = prediction.reshape(len(frame), -1)
        return pd.DataFrame(values, index=frame.index, columns=self.classes or ["prediction"])


def load(path: str | Path) -> Model:
    return Model(path)


def apply(model: Path, rows: Path) -> None:
    """Writes the predictions for a CSV file with plain numbers and ISO dates to standard output."""
    predicted = load(model).predict(pd.read_csv(rows, dtype=str, keep_default_na=False))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(predicted.columns)
    writer.writerows(predicted.to_numpy().tolist())


def _seen(frame: pd.DataFrame, column: RunColumn) -> pd.Series:
    if column["label"] not in frame.columns:
        given = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    else:
        given = frame[column["label"]]
    if column["type"] in NUMERIC:
        numbers = pd.to_numeric(given, errors="coerce").astype(np.float64)
        return numbers.where(np.isfinite(numbers))
    if column["type"] == "datetime":
        moments = pd.to_datetime(given, errors="coerce", format="ISO8601", utc=True)
        return moments.dt.tz_localize(None).astype("datetime64[us]")
    texts = [None if pd.isna(value) or value == "" else label_text(value) for value in given]
    return pd.Series(texts, index=frame.index, dtype=object)
