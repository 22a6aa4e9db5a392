"""What compiled code has besides its steps: these definitions are copied into the file of the user as they stand."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .steps.base import Step, as_text, truth_of

COLUMNS: dict[str, str] = {}
HEADINGS: dict[str, str] = {}
TARGET = ""
IS_REGRESSION = False
CSV: dict[str, Any] = {}
FORMATS: dict[str, dict[str, Any]] = {}
STEPS: list[Any] = []


def read(table: pd.DataFrame) -> pd.DataFrame:
    """The input columns, each as its type: numbers are floats, dates datetime64, all else is text. No target."""
    seen: dict[str, Any] = {}
    for name, kind in COLUMNS.items():
        heading = HEADINGS.get(name, name)
        values = table[heading] if heading in table.columns else pd.Series(None, index=table.index, dtype=object)
        if kind in ("integer", "number"):
            numbers = pd.to_numeric(values, errors="coerce").astype(float)
            seen[name] = numbers.where(np.isfinite(numbers))
        elif kind == "datetime":
            times = pd.to_datetime(values, errors="coerce", utc=True, format="ISO8601")
            seen[name] = times.dt.tz_localize(None).astype("datetime64[us]")
        else:
            seen[name] = as_text(values)
    return pd.DataFrame(seen, index=table.index)


def checked(step: Any, rows: int, table: Any) -> pd.DataFrame:
    """What a step has made of the table, if it still is a table of the same rows."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{type(step).__name__} must answer a DataFrame, not {type(table).__name__}")
    if len(table) != rows:
        raise ValueError(f"{type(step).__name__} must keep the rows: {rows} went in, {len(table)} came out")
    return table


def fit_transform(train: pd.DataFrame, target: pd.Series) -> tuple[list[Any], pd.DataFrame]:
    """Learn from training rows, and prepare them. Steps that use the target never show a row its own one."""
    table = read(train)
    truth = truth_of(target, IS_REGRESSION)
    types = dict(COLUMNS)
    state = copy.deepcopy(STEPS)
    for step in state:
        goal: Any = truth if isinstance(step, Step) else target
        if hasattr(step, "fit_transform"):
            table = checked(step, len(train), step.fit_transform(table, goal))
        else:
            step.fit(table, goal)
            table = checked(step, len(train), step.transform(table))
        if isinstance(step, Step):
            types |= step.types()
    frame = TypedFrame().fit(table, types)
    return [*state, frame], frame.transform(table)


def fit(train: pd.DataFrame, target: pd.Series) -> list[Any]:
    """Learn from training rows; the answer is what `transform` needs."""
    return fit_transform(train, target)[0]


def transform(rows: pd.DataFrame, state: list[Any]) -> pd.DataFrame:
    """Prepare any rows by what was learned: the same rows in the same order."""
    table = read(rows)
    for step in state:
        table = checked(step, len(rows), step.transform(table))
    return table


class TypedFrame:
    """The end of every plan, what a model is given: numbers, and categories as text.

    Dates become days since the first one. Free text becomes its length, its words, how often it occurs, and itself
    where it is frequent. Columns that are the same in every training row are left out, and so are identifiers.
    The mean target of each level, where there are many, is added when a model is fitted.
    """

    most_levels = 254
    frequency_from_levels = 30
    fewest_text_rows = 10
    largest = float(np.finfo(np.float32).max)

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, Any]] = {}

    def fit(self, table: pd.DataFrame, types: dict[str, str]) -> TypedFrame:
        for name, values in table.items():
            kind = types.get(str(name))
            if kind in ("id", "constant") or values.nunique(dropna=False) < 2:
                continue
            if pd.api.types.is_numeric_dtype(values):
                learned: dict[str, Any] = {"kind": "number"}
            elif pd.api.types.is_datetime64_any_dtype(values):
                learned = {"kind": "date", "first": values.min()}
            else:
                learned = self.learn_texts(as_text(values), kind == "text")
            self.columns[str(name)] = learned
        return self

    def learn_texts(self, texts: pd.Series, is_free: bool) -> dict[str, Any]:
        counts = texts.value_counts().to_dict()
        order = sorted(counts, key=lambda text: (-counts[text], text))
        if is_free:
            order = [text for text in order if counts[text] >= self.fewest_text_rows]
        is_counted = self.frequency_from_levels < len(counts) < len(texts)
        return {
            "kind": "text" if is_free else "category",
            "levels": set(order[: self.most_levels]),
            "counts": {text: count for text, count in counts.items() if count > 1} if is_counted else None,
        }

    def transform(self, table: pd.DataFrame) -> pd.DataFrame:
        made: dict[str, Any] = {}
        for name, learned in self.columns.items():
            values = table[name]
            if learned["kind"] == "number":
                numbers = values.astype(float)
                made[name] = numbers.clip(-self.largest, self.largest).where(~np.isinf(numbers), numbers)
            elif learned["kind"] == "date":
                made[name] = (values - learned["first"]) / pd.Timedelta(days=1)
            else:
                made |= self.texts_of(name, as_text(values), learned)
        # A model needs one column at least.
        return pd.DataFrame(made or {"nothing": 0.0}, index=table.index)

    def texts_of(self, name: str, texts: pd.Series, learned: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if learned["levels"]:
            made[name] = texts.where(texts.isin(learned["levels"]), None)
        if learned["kind"] == "text":
            made[f"{name}.length"] = texts.map(len, na_action="ignore").astype(float)
            made[f"{name}.words"] = texts.map(lambda text: len(text.split()), na_action="ignore").astype(float)
        counts = learned["counts"]
        if counts is not None:
            made[f"{name}.frequency"] = texts.map(
                lambda text: np.log1p(counts.get(text, 0)), na_action="ignore"
            ).astype(float)
        return made


def read_csv(path: str) -> pd.DataFrame:
    """The file as it stands: every cell as text, an empty one as missing."""
    table: pd.DataFrame = pd.read_csv(path, dtype=str, keep_default_na=False, **CSV)
    for heading, form in FORMATS.items():
        if heading in table.columns:
            table[heading] = plain(table[heading], form)
    return table


def plain(texts: pd.Series, form: dict[str, Any]) -> pd.Series:
    """Numbers with a decimal point, dates as ISO 8601, missing where “no value” is spelled out."""
    texts = texts.where(~texts.str.strip().isin(form.get("missing", [])))
    for sign in (form.get("unit", ""), form.get("thousands", "")):
        texts = texts.str.replace(sign, "", regex=False)
    if form.get("decimal", ".") != ".":
        texts = texts.str.replace(form["decimal"], ".", regex=False)
    for date_format in form.get("dates", []):
        times = pd.to_datetime(texts, format=date_format, errors="coerce", utc=True)
        texts = times.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").where(times.notna(), texts)
    return texts


def main(arguments: list[str]) -> None:
    """Fit on the first file; prepare it, or the second one."""
    if not 1 <= len(arguments) <= 3:
        sys.exit("usage: python pipeline.py TRAIN.csv [RESULT.csv]  or  TRAIN.csv OTHER.csv RESULT.csv")
    rows = read_csv(arguments[0])
    if TARGET not in rows.columns:
        sys.exit(f"{arguments[0]} has no column {TARGET!r}: it is what there is to learn.")
    rows = rows[rows[TARGET].notna()].reset_index(drop=True)
    target = pd.to_numeric(rows[TARGET], errors="coerce") if IS_REGRESSION else rows[TARGET]
    state, result = fit_transform(rows, target)
    if len(arguments) == 3:
        rows = read_csv(arguments[1])
        result = transform(rows, state)
    if TARGET in rows.columns:
        result[TARGET] = rows[TARGET]
    path = Path(arguments[-1]) if len(arguments) > 1 else Path(arguments[0]).with_name("prepared.csv")
    result.to_csv(path, index=False)
    print(f"{len(result)} rows and {len(result.columns)} columns are in {path}.")
