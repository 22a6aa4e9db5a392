"""The typed frame: what preparation yields and every algorithm is given.

Numbers stay numbers with NaN, categories become codes of a vocabulary ordered by frequency, dates become days
since the minimum, free text becomes its length, its word count and how often it occurs. Imputing, scaling and
one-hot belong to the algorithm that needs them. Fitted on the training rows of one fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Matrix = npt.NDArray[np.float32]

MAXIMUM_LEVELS = 254
FREQUENCY_FROM_LEVELS = 30
MINIMUM_TEXT_ROWS = 10
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Feature:
    """One column of the matrix. `source`: the data column it came from; `levels`: codes 0 … levels - 1."""

    name: str
    source: str
    kind: Literal["number", "category"]
    levels: int = 0


class Encoder:
    """`columns`: what was learned, ready for JSON; one entry an input column that is of use."""

    def __init__(self, columns: list[dict[str, Any]] | None = None) -> None:
        self.columns = columns or []

    def fit(self, frame: pd.DataFrame, types: Mapping[str, str]) -> Encoder:
        numeric = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]
        varying = set(np.array(numeric, dtype=object)[_varies(frame[numeric])])
        self.columns = []
        for name in frame.columns:
            kind = types.get(name)
            if kind in ("id", "constant"):
                continue
            if name in varying:
                self.columns.append({"name": name, "kind": "number"})
            elif not pd.api.types.is_numeric_dtype(frame[name]) and frame[name].nunique(dropna=False) > 1:
                self.columns.append({"name": name, **_learn(frame[name], kind)})
        return self

    def features(self) -> list[Feature]:
        found: list[Feature] = []
        for column in self.columns:
            name = column["name"]
            source = name.split(".")[0]
            if column["kind"] in ("number", "datetime"):
                found.append(Feature(name, source, "number"))
            if column["kind"] in ("category", "text") and column["vocabulary"]:
                found.append(Feature(name, source, "category", len(column["vocabulary"]) + 1))
            found.extend(Feature(f"{name}.{extra}", source, "number") for extra in column.get("extras", []))
        return found or [Feature("nothing", "nothing", "number")]

    def transform(self, frame: pd.DataFrame) -> Matrix:
        """(rows, features) float32. A category unseen in training is NaN like a missing one."""
        width = max(1, len(self.features()))
        matrix = np.zeros((len(frame), width), dtype=np.float32)
        numbers: dict[str, int] = {}
        place = 0
        for column in self.columns:
            if column["kind"] == "number":
                numbers[column["name"]] = place
                place += 1
                continue
            for block in _apply(frame[column["name"]], column):
                matrix[:, place] = block
                place += 1
        if numbers:
            values = frame[list(numbers)].to_numpy(np.float64)
            matrix[:, list(numbers.values())] = np.clip(values, -LARGEST, LARGEST)
        return matrix


def _varies(block: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Columns with two values, or with one and gaps."""
    values = block.to_numpy(np.float64)
    missing = np.isnan(values)
    low = np.where(missing, np.inf, values).min(axis=0, initial=np.inf)
    high = np.where(missing, -np.inf, values).max(axis=0, initial=-np.inf)
    return np.asarray((low < high) | (missing.any(axis=0) & ~missing.all(axis=0)), dtype=np.bool_)


def _learn(values: pd.Series, kind: str | None) -> dict[str, Any]:
    if pd.api.types.is_datetime64_any_dtype(values):
        return {"kind": "datetime", "minimum": pd.Timestamp(values.min()).isoformat()}
    counts = values.value_counts()
    order = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    levels = {str(level): int(count) for level, count in order}
    if kind == "text":
        frequent = [level for level, count in levels.items() if count >= MINIMUM_TEXT_ROWS][:MAXIMUM_LEVELS]
        extras = ["length", "words"]
    else:
        frequent, extras = list(levels)[:MAXIMUM_LEVELS], []
    learned: dict[str, Any] = {
        "kind": "text" if kind == "text" else "category",
        "vocabulary": frequent,
        "extras": extras,
    }
    if FREQUENCY_FROM_LEVELS < len(levels) < len(values):
        extras.append("frequency")
        learned["counts"] = {level: count for level, count in levels.items() if count > 1}
    return learned


def _apply(values: pd.Series, column: dict[str, Any]) -> list[npt.NDArray[Any]]:
    if column["kind"] == "datetime":
        since = values - pd.Timestamp(column["minimum"])
        return [(since / pd.Timedelta(days=1)).to_numpy(np.float64)]
    codes, levels = pd.factorize(values)
    texts = [str(level) for level in levels]
    blocks: list[npt.NDArray[Any]] = []
    if column["vocabulary"]:
        place = {level: float(number) for number, level in enumerate(column["vocabulary"])}
        blocks.append(_spread(codes, [place.get(text, np.nan) for text in texts], np.nan))
    for extra in column["extras"]:
        if extra == "length":
            blocks.append(_spread(codes, [float(len(text)) for text in texts], np.nan))
        elif extra == "words":
            blocks.append(_spread(codes, [float(len(text.split())) for text in texts], np.nan))
        else:
            counts = column["counts"]
            blocks.append(_spread(codes, [float(np.log1p(counts.get(text, 0))) for text in texts], np.nan))
    return blocks


def _spread(codes: npt.NDArray[Any], by_level: list[float], missing: float) -> npt.NDArray[np.float64]:
    return np.asarray(np.array([*by_level, missing], dtype=np.float64)[codes], dtype=np.float64)
