"""Prepares data for a model. Written by Aliquot.

Data set:  "hypothyroid.csv"
Predicts:  "class", two classes
Strategy:  BALANCED

Run it:    python pipeline.py train.csv                       learns from train.csv and writes prepared.csv beside it
           python pipeline.py train.csv other.csv result.csv  learns from train.csv and prepares other.csv
Import it: state = fit(train, target), then transform(rows, state); fit_transform(train, target) answers both the state
           and the training rows prepared. All take tables with the columns of your file.

Needs numpy and pandas. Each step stands in a block of its own: change what it is called with, change its class, move
it, delete it, or add a block with a class of yours that has fit(X, y) and transform(X).
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

# The input columns of the file, and what each is seen as.
COLUMNS: dict[str, str] = {
    "age": "number",
    "sex": "category",
    "on_thyroxine": "boolean",
    "query_on_thyroxine": "boolean",
    "on_antithyroid_medication": "boolean",
    "thyroid_surgery": "boolean",
    "query_hypothyroid": "boolean",
    "query_hyperthyroid": "boolean",
    "pregnant": "boolean",
    "sick": "boolean",
    "tumor": "boolean",
    "lithium": "boolean",
    "goitre": "boolean",
    "TSH_measured": "boolean",
    "TSH": "number",
    "T3_measured": "boolean",
    "T3": "number",
    "TT4_measured": "boolean",
    "TT4": "number",
    "T4U_measured": "boolean",
    "T4U": "number",
    "FTI_measured": "boolean",
    "FTI": "number",
    "TBG_measured": "boolean",
    "TBG": "number",
}

HEADINGS: dict[str, str] = {}

TARGET = "class"
IS_REGRESSION = False

# How the file is read.
CSV: dict[str, Any] = {
    "sep": ",",
    "encoding": "utf-8-sig",
    "na_values": ["", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "\\N", "nan", "null"],
}


class Truth(NamedTuple):
    """The target of the training rows: numbers of `classes` classes from 0 on, or where `classes` is 0, values."""

    values: Any
    classes: int


class Step:
    """One change to a table. Learns from training rows only, keeps rows and their order, treats each row by itself.

    `columns`: names it works on; those that a table lacks, or holds as another kind of values, are left as they are.
    `learned`: what `fit` found out, made of plain JSON values. A new column is named after its source: `c3` gives
    `c3.year`. Numbers are floats with NaN, dates datetime64, all else is text with None.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    takes: ClassVar[tuple[str, ...]]
    """Column types it works on when no columns are named; empty: the columns must be named."""
    parameters: ClassVar[dict[str, dict[str, Any]]] = {}
    """JSON schema of each parameter; each has a default."""
    uses_target: ClassVar[bool] = False
    """Only such a step may look at the target."""
    is_custom_only: ClassVar[bool] = False
    """The algorithms do this by themselves where they need it: offered to those who plan by hand."""

    def __init__(self, columns: list[str], **parameters: Any) -> None:
        self.columns = columns
        self.values: dict[str, Any] = {name: schema["default"] for name, schema in self.parameters.items()} | parameters
        self.learned: dict[str, Any] = {}

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        """Learn from training rows."""

    def fit_transform(self, frame: pd.DataFrame, target: Truth) -> pd.DataFrame:
        """Learn from training rows and change them. A step that uses the target must not show a row its own one."""
        self.fit(frame, target)
        return self.transform(frame)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The changed table; `frame` itself stays as it was."""
        raise NotImplementedError

    def types(self) -> dict[str, str]:
        """Columns that are of another type from here on, whatever the table was said to hold."""
        return {}

    def without(self, frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
        gone = set(names)
        return frame[[name for name in frame.columns if name not in gone]]

    def present(self, frame: pd.DataFrame) -> list[str]:
        return [name for name in self.columns if name in frame.columns]

    def numbers(self, frame: pd.DataFrame) -> list[str]:
        return [name for name in self.present(frame) if pd.api.types.is_numeric_dtype(frame[name])]

    def dates(self, frame: pd.DataFrame) -> list[str]:
        return [name for name in self.present(frame) if pd.api.types.is_datetime64_any_dtype(frame[name])]

    def texts(self, frame: pd.DataFrame) -> list[str]:
        others = {*self.numbers(frame), *self.dates(frame)}
        return [name for name in self.present(frame) if name not in others]

    def derived(self, frame: pd.DataFrame) -> list[str]:
        """The columns themselves and those that earlier steps have made of them."""
        wanted = set(self.columns)
        return [name for name in map(str, frame.columns) if name in wanted or _source(name, wanted)]


def _source(name: str, among: set[str]) -> bool:
    return any(name[:place] in among for place, sign in enumerate(name) if sign == ".")


def levels_of(values: pd.Series) -> tuple[Any, list[str]]:
    """The number of each row's text, -1 where there is none, and the different texts as they appear in these rows."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, found = values.cat.codes.to_numpy().astype(np.int64), values.cat.categories
        first = np.full(len(found) + 1, len(codes))
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        used = np.flatnonzero(first[:-1] < len(codes))
        used = used[np.argsort(first[used])]
        place = np.full(len(found) + 1, -1)
        place[used] = np.arange(len(used))
        codes, found = place[codes], found[used]
    else:
        codes, found = pd.factorize(values)
    if pd.api.types.infer_dtype(found, skipna=False) == "string":
        return codes, found.tolist()
    # 1 and "1" are different values of one text.
    merged, unique = pd.factorize(np.array([str(level) for level in found], dtype=object))
    return np.append(merged, -1)[codes], list(unique)


def spread_texts(codes: Any, by_level: Iterable[str | None], index: pd.Index) -> pd.Series:
    """The text of each row's level, None where it has none."""
    return pd.Series(np.array([*by_level, None], dtype=object)[codes], index=index, dtype=object)


def numbers_of(values: pd.Series) -> Any:
    """As float64 with NaN for what is missing or infinite."""
    numbers = values.to_numpy(np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def as_text(values: pd.Series) -> pd.Series:
    """Text with None for what is missing."""
    codes, texts = levels_of(values)
    return spread_texts(codes, texts, values.index)


def truth_of(target: pd.Series, is_regression: bool) -> Truth:
    """The target as numbers to learn; classes are numbered in the order of their numbers or letters."""
    if is_regression:
        return Truth(pd.to_numeric(target, errors="coerce").to_numpy(np.float64), 0)
    codes, texts = levels_of(target)
    try:
        order = sorted(range(len(texts)), key=lambda place: float(texts[place]))
    except ValueError:
        order = sorted(range(len(texts)), key=lambda place: texts[place])
    return Truth(np.argsort(order)[codes], len(texts))


def with_columns(frame: pd.DataFrame, new: Mapping[str, Any]) -> pd.DataFrame:
    """`frame` with columns replaced, or added at its end in the float32 that a model will see."""
    columns: dict[str, Any] = {str(name): new.get(str(name), values) for name, values in frame.items()}
    for name in new:
        if name not in columns:
            values = np.asarray(new[name]) if not isinstance(new[name], pd.Series) else new[name]
            columns[name] = values.astype(np.float32) if values.dtype == np.float64 else values
    return pd.DataFrame(columns, index=frame.index, copy=False)


def skewness(values: Any) -> float:
    """Third moment in deviations, without a sign; 0 where the values do not vary."""
    known = values[~np.isnan(values)]
    centred = known - known.mean() if len(known) else known
    deviation = float(np.sqrt(np.mean(centred**2))) if len(known) else 0.0
    return abs(float(np.mean((centred / deviation) ** 3))) if deviation > 1e-150 else 0.0


STEPS: list[Any] = []


# ==== Step 1: Mark missing values ===========================================================================
# 4 columns have gaps in 7.9 % to 22.0 % of the 3163 rows, and where they are can itself be telling.


class MissingIndicator(Step):
    key = "missing_indicator"
    label = "Mark missing values"
    description = "Adds a 0/1 column that tells where a value was missing."
    takes = ("integer", "number", "boolean", "category", "datetime", "text")
    parameters = {
        "minimum_share": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0.01,
            "title": "Least share",
            "description": "Only columns of which at least this share of the training rows is missing",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        least = max(float(self.values["minimum_share"]), 1e-12)
        shares = {name: float(frame[name].isna().mean()) for name in self.present(frame)}
        self.learned = {"columns": [name for name, share in shares.items() if least <= share < 1]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {f"{name}.missing": frame[name].isna().astype("float32") for name in self.learned["columns"]}
        return with_columns(frame, new)


STEPS.append(MissingIndicator(["age", "TSH", "T3", "TT4"], minimum_share=0.01))


# ==== Step 2: Logarithm of skewed numbers ===================================================================
# 5 columns are amounts spread unevenly: skewness up to 10.2, upper quartile up to 1.6 times the lower one.


class LogTransform(Step):
    key = "log_transform"
    label = "Logarithm of skewed numbers"
    description = "Replaces x by sign(x) log(1 + |x|) in columns that are skewed in the training rows."
    takes = ("integer", "number")
    parameters = {
        "minimum_skewness": {
            "type": "number",
            "minimum": 0,
            "maximum": 1000,
            "default": 2,
            "title": "Least skewness",
            "description": "Only columns whose absolute skewness is at least this; 0 takes all",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        least = float(self.values["minimum_skewness"])
        self.learned = {"columns": [name for name in self.numbers(frame) if skewness(numbers_of(frame[name])) >= least]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name in self.learned["columns"]:
            values = numbers_of(frame[name])
            new[name] = np.sign(values) * np.log1p(np.abs(values))
        return with_columns(frame, new)


STEPS.append(LogTransform(["TSH", "T3", "TT4", "FTI", "TBG"], minimum_skewness=0))


# ==== End of the steps ======================================================================================


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
    return pd.read_csv(path, dtype=str, keep_default_na=False, **CSV)


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


if __name__ == "__main__":
    main(sys.argv[1:])
