"""The typed frame: what preparation yields and every algorithm is given.

Numbers stay numbers with NaN, categories become codes of a vocabulary ordered by frequency, dates become days
since the minimum, free text becomes its length, its word count and how often it occurs. Imputing, scaling and
one-hot belong to the algorithm that needs them. Fitted on the training rows of one fold.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from .level_means import apply_means, learn_means
from .steps.base import Truth, levels_of, spread
from .steps.text_statistics import described

Matrix = npt.NDArray[np.float32]

MAXIMUM_LEVELS = 254
FREQUENCY_FROM_LEVELS = 30
MEANS_FROM_LEVELS = 50
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
        self.columns = []
        for name, values in frame.items():
            kind = types.get(str(name))
            learned = None if kind in ("id", "constant") else _learn(values, kind)
            if learned is not None:
                self.columns.append({"name": str(name), **learned})
        return self

    def fit_transform(self, frame: pd.DataFrame, types: Mapping[str, str], target: Truth) -> Matrix:
        """As `fit`, and the mean targets of levels where there are many; the matrix of these rows.

        It is not what `transform` makes of them, which would show each row its own target.
        """
        self.fit(frame, types)
        means: dict[str, Any] = {}
        for column in self.columns:
            if len(column.get("counts", ())) > MEANS_FROM_LEVELS:
                found = learn_means(*levels_of(frame[column["name"]]), target)
                if found is not None:
                    column["means"], means[column["name"]] = found
        return self._matrix(frame, means)

    def features(self) -> list[Feature]:
        found: list[Feature] = []
        for column in self.columns:
            name = column["name"]
            source = name.split(".")[0]
            if column["kind"] in ("number", "datetime"):
                found.append(Feature(name, source, "number"))
            if column["kind"] in ("category", "text") and column["vocabulary"]:
                found.append(Feature(name, source, "category", len(column["vocabulary"]) + 1))
            outputs = column["means"]["outputs"] if "means" in column else []
            found.extend(
                Feature(f"{name}.{extra}", source, "number") for extra in [*column.get("extras", []), *outputs]
            )
        return found or [Feature("nothing", "nothing", "number")]

    def transform(self, frame: pd.DataFrame) -> Matrix:
        """(rows, features) float32. A category unseen in training is NaN like a missing one."""
        return self._matrix(frame, {})

    def _matrix(self, frame: pd.DataFrame, means: Mapping[str, Any]) -> Matrix:
        """`means`: figures of training rows by the column that they came from."""
        width = max(1, len(self.features()))
        matrix = np.zeros((len(frame), width), dtype=np.float32)
        place = 0
        for column in self.columns:
            for block in _apply(frame[column["name"]], column, means.get(column["name"])):
                matrix[:, place] = block
                place += 1
        return matrix


def _learn(values: pd.Series, kind: str | None) -> dict[str, Any] | None:
    """None where the column is the same throughout; a value and gaps are not the same."""
    if pd.api.types.is_numeric_dtype(values):
        return {"kind": "number"} if _varies(values.to_numpy(np.float64)) else None
    if pd.api.types.is_datetime64_any_dtype(values):
        if values.nunique(dropna=False) < 2:
            return None
        return {"kind": "datetime", "minimum": pd.Timestamp(values.min()).isoformat()}
    codes, texts = levels_of(values)
    if len(texts) + bool(np.any(codes < 0)) < 2:
        return None
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    extras = ["length", "words"] if kind == "text" else []
    learned: dict[str, Any] = {
        "kind": "text" if kind == "text" else "category",
        "vocabulary": _frequent(texts, counts, MINIMUM_TEXT_ROWS if kind == "text" else 1),
        "extras": extras,
    }
    if FREQUENCY_FROM_LEVELS < len(texts) < len(values):
        extras.append("frequency")
        repeated = sorted(texts[level] for level in np.flatnonzero(counts > 1))
        known = dict(zip(texts, counts.tolist(), strict=True))
        learned["counts"] = {text: known[text] for text in repeated}
    return learned


def _varies(numbers: npt.NDArray[np.float64]) -> bool:
    """Two values, or one and gaps."""
    known = numbers[~np.isnan(numbers)]
    return len(known) > 0 and (len(known) < len(numbers) or bool(known.min() < known.max()))


def _frequent(texts: list[str], counts: npt.NDArray[np.int64], least: int) -> list[str]:
    """The most frequent texts of at least so many rows, in the order of their frequency and then of their letters."""
    if len(texts) > MAXIMUM_LEVELS:
        least = max(least, int(np.partition(counts, -MAXIMUM_LEVELS)[-MAXIMUM_LEVELS]))
    candidates = ((-int(counts[place]), texts[place]) for place in np.flatnonzero(counts >= least))
    return [text for _, text in heapq.nsmallest(MAXIMUM_LEVELS, candidates)]


def _apply(values: pd.Series, column: dict[str, Any], means: Any) -> Iterator[npt.NDArray[Any]]:
    if column["kind"] == "number":
        yield np.clip(values.to_numpy(), -LARGEST, LARGEST)
        return
    if column["kind"] == "datetime":
        yield ((values - pd.Timestamp(column["minimum"])) / pd.Timedelta(days=1)).to_numpy(np.float64)
        return
    codes, texts = levels_of(values)
    if column["vocabulary"]:
        place = {level: float(number) for number, level in enumerate(column["vocabulary"])}
        yield spread(codes, [place.get(text, np.nan) for text in texts])
    figures = described(texts) if column["kind"] == "text" else None
    for extra in column["extras"]:
        if extra == "frequency":
            counts = column["counts"]
            yield spread(codes, np.log1p([counts.get(text, 0) for text in texts]))
        elif figures is not None:
            yield spread(codes, figures[:, ("length", "words").index(extra)])
    if "means" in column:
        yield from (apply_means(codes, texts, column["means"]) if means is None else means).T
