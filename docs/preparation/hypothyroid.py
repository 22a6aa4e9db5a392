"""Prepares data for a model. Written by Aliquot.

Data set:  "hypothyroid"
Predicts:  "class", two classes
Strategy:  THOROUGH

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
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, permutations
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


def spread(codes: Any, by_level: Iterable[float], missing: float = np.nan) -> Any:
    """The figure of each row's level."""
    return np.append(np.fromiter(by_level, dtype=np.float64), missing)[codes]


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


def even_rows(rows: int, most: int) -> Any:
    """Places of at most so many rows, spread evenly over the table."""
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(np.int64)


def skewness(values: Any) -> float:
    """Third moment in deviations, without a sign; 0 where the values do not vary."""
    known = values[~np.isnan(values)]
    centred = known - known.mean() if len(known) else known
    deviation = float(np.sqrt(np.mean(centred**2))) if len(known) else 0.0
    return abs(float(np.mean((centred / deviation) ** 3))) if deviation > 1e-150 else 0.0


MOST_ROWS = 20_000


MOST_CLASSES = 20


NUMBER_BINS = 16


MOST_LEVELS = 30


LARGEST = 1e30


def as_numbers(values: pd.Series) -> Any:
    """Numbers as they are, dates as days, text as the rank of how often it occurs; NaN for what is missing."""
    if pd.api.types.is_numeric_dtype(values):
        return numbers_of(values)
    if pd.api.types.is_datetime64_any_dtype(values):
        return ((values - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)).to_numpy(np.float64)
    codes, texts = levels_of(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    rank = np.full(len(texts) + 1, np.nan)
    rank[sorted(range(len(texts)), key=lambda place: (-counts[place], texts[place]))] = np.arange(len(texts))
    return rank[codes]


def bins_of(values: pd.Series) -> Any:
    """Group numbers from 0: quantiles of numbers, the frequent levels of text, one for what is missing."""
    numbers = as_numbers(values)
    known = numbers[~np.isnan(numbers)]
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        edges = np.unique(np.quantile(known, np.arange(1, NUMBER_BINS) / NUMBER_BINS)) if len(known) else known
        groups = np.searchsorted(edges, numbers, side="right")
        return np.where(np.isnan(numbers), len(edges) + 1, groups)
    return np.where(np.isnan(numbers), MOST_LEVELS + 1, np.minimum(numbers, MOST_LEVELS)).astype(np.int64)


def target_bins(target: Truth, rows: Any) -> Any:
    """Class numbers, the rare ones of many together, or tenths of the values."""
    if target.classes == 0:
        return bins_of(pd.Series(target.values[rows]))
    classes = target.values[rows]
    order = np.argsort(-np.bincount(classes, minlength=target.classes), kind="stable")
    return np.minimum(np.argsort(order, kind="stable"), MOST_CLASSES)[classes]


def information(groups: Any, others: Any) -> float:
    """Mutual information in nats above what chance gives but once in a thousand samples (chi-squared, about 3 sd)."""
    first, a = np.unique(groups, return_inverse=True)
    second, b = np.unique(others, return_inverse=True)
    table = np.bincount(a * len(second) + b, minlength=len(first) * len(second)).reshape(len(first), -1)
    shares = table / len(groups)
    expected = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    found = shares > 0
    bits = float(np.sum(shares[found] * np.log(shares[found] / expected[found])))
    freedom = (len(first) - 1) * (len(second) - 1)
    return bits - float(freedom + 3 * np.sqrt(2 * freedom)) / (2 * len(groups))


def centred_ranks(numbers: Any) -> Any:
    """Ranks of length 1 around zero, zero for what is missing: their product is Spearman's correlation."""
    ranks = pd.Series(numbers).rank().to_numpy(np.float64)
    if np.all(np.isnan(ranks)):
        return np.zeros(len(ranks))
    ranks = np.nan_to_num(ranks - np.nanmean(ranks))
    length = float(np.sqrt(np.sum(ranks**2)))
    return ranks / length if length > 0 else ranks


def target_ranks(target: Truth, rows: Any) -> list[Any]:
    """Ranks of the values, or of being of a class for each of the frequent classes."""
    if target.classes == 0:
        return [centred_ranks(target.values[rows])]
    classes = target.values[rows]
    order = np.argsort(-np.bincount(classes, minlength=target.classes), kind="stable")
    wanted = order[1:2] if target.classes == 2 else order[:MOST_CLASSES]
    return [centred_ranks((classes == wanted_class).astype(np.float64)) for wanted_class in wanted]


def correlation(numbers: Any, ranks: list[Any]) -> float:
    """The largest absolute rank correlation with any of them."""
    own = centred_ranks(numbers)
    return max(abs(float(own @ other)) for other in ranks)


def rows_for(target: Truth) -> Any:
    return even_rows(len(target.values), MOST_ROWS)


def combined(frame: pd.DataFrame, operation: str, first: str, second: str) -> Any:
    """Two numbers as one; a ratio to zero, and what is too large, is missing."""
    a, b = numbers_of(frame[first]), numbers_of(frame[second])
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        match operation:
            case "sum":
                result = a + b
            case "difference":
                result = a - b
            case "product":
                result = a * b
            case _:
                result = a / b
    return np.where(np.abs(result) < LARGEST, result, np.nan)


def best_combinations(
    frame: pd.DataFrame, candidates: Sequence[tuple[str, str, str]], target: Truth, limit: int
) -> list[tuple[str, str, str]]:
    """All of them where they are not too many, else those that follow the target better than both their parts do."""
    if len(candidates) <= limit:
        return list(candidates)
    rows = rows_for(target)
    sample = frame.iloc[rows]
    goal = target_ranks(target, rows)
    names = {name for _, first, second in candidates for name in (first, second)}
    alone = {name: correlation(numbers_of(sample[name]), goal) for name in names}
    gains = [
        round(correlation(combined(sample, *candidate), goal) - max(alone[candidate[1]], alone[candidate[2]]), 9)
        for candidate in candidates
    ]
    order = sorted(range(len(candidates)), key=lambda place: (-gains[place], place))
    return [candidates[place] for place in order[:limit] if gains[place] > 0]


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


STEPS.append(LogTransform(["TSH", "T3", "TT4", "FTI", "TBG"], minimum_skewness=0.0))


# ==== Step 3: Sums and products =============================================================================
# The best few of 42 pairs, found on training rows: differences and products of 7 numbers.


SIGNS = {"sum": "plus", "difference": "minus", "product": "times"}


class Arithmetic(Step):
    key = "arithmetic"
    label = "Sums and products"
    description = "Adds sums, differences or products of two numbers: all, or those that tell most of the target."
    takes = ("integer", "number")
    uses_target = True
    parameters = {
        "operations": {
            "type": "array",
            "items": {"type": "string", "enum": ["sum", "difference", "product"]},
            "minItems": 1,
            "maxItems": 3,
            "default": ["difference", "product"],
            "title": "Operations",
            "description": "What is tried on each two columns",
        },
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 50,
            "default": 6,
            "title": "Most new columns",
            "description": "If there could be more, those that follow the target better than their parts do",
        },
    }
    most_columns = 20

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        names = [name for name in self.numbers(frame) if frame[name].nunique() > 1][: self.most_columns]
        operations = list(dict.fromkeys(self.values["operations"]))
        candidates = [(operation, *pair) for pair in combinations(names, 2) for operation in operations]
        chosen = best_combinations(frame, candidates, target, int(self.values["maximum_features"]))
        self.learned = {"features": [list(candidate) for candidate in chosen]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            f"{first}.{SIGNS[operation]}_{second}": combined(frame, operation, first, second)
            for operation, first, second in self.learned["features"]
        }
        return with_columns(frame, new)


STEPS.append(Arithmetic(["age", "TSH", "T3", "TT4", "T4U", "FTI", "TBG"]))


# ==== Step 4: Ratios ========================================================================================
# The best few of 42 pairs, found on training rows: one of 7 numbers per unit of another.


class Ratios(Step):
    key = "ratios"
    label = "Ratios"
    description = "Adds one number divided by another: all pairs, or those that tell most of the target."
    takes = ("integer", "number")
    uses_target = True
    parameters = {
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 50,
            "default": 6,
            "title": "Most new columns",
            "description": "If there could be more, those that follow the target better than their parts do",
        },
    }
    most_columns = 20

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        names = [name for name in self.numbers(frame) if frame[name].nunique() > 1][: self.most_columns]
        candidates = [("ratio", *pair) for pair in permutations(names, 2)]
        chosen = best_combinations(frame, candidates, target, int(self.values["maximum_features"]))
        self.learned = {"features": [[first, second] for _, first, second in chosen]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {
            f"{first}.per_{second}": combined(frame, "ratio", first, second)
            for first, second in self.learned["features"]
        }
        return with_columns(frame, new)


STEPS.append(Ratios(["age", "TSH", "T3", "TT4", "T4U", "FTI", "TBG"]))


# ==== Step 5: Pairs of categories ===========================================================================
# The best few of 153 pairs, found on training rows: two of 18 categories as one.


class CategoryInteractions(Step):
    key = "category_interactions"
    label = "Pairs of categories"
    description = "Adds two categories together as one: all pairs, or those that tell most of the target."
    takes = ("boolean", "category")
    uses_target = True
    parameters = {
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 30,
            "default": 4,
            "title": "Most new columns",
            "description": "If there could be more, those that tell more of the target than their parts do",
        },
        "minimum_count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1_000_000,
            "default": 10,
            "title": "Least rows",
            "description": "Pairs with fewer training rows are one common category",
        },
    }
    most_columns = 20
    most_pairs = 250

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        coded = {name: levels_of(frame[name]) for name in self.texts(frame)}
        names = [name for name, (_, texts) in coded.items() if 2 <= len(texts) <= self.most_pairs][: self.most_columns]
        pairs = list(combinations(names, 2))
        limit = int(self.values["maximum_features"])
        if len(pairs) > limit:
            rows = rows_for(target)
            goal = target_bins(target, rows)
            alone = {name: information(coded[name][0][rows], goal) for name in names}
            gains = {
                (first, second): information(self._groups(coded, first, second)[rows], goal)
                - max(alone[first], alone[second])
                for first, second in pairs
            }
            order = sorted(range(len(pairs)), key=lambda place: (-round(gains[pairs[place]], 9), place))
            pairs = [pairs[place] for place in order[:limit] if gains[pairs[place]] > 0]
        self.learned = {"pairs": [[first, second, self._frequent(coded, first, second)] for first, second in pairs]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for first, second, kept in self.learned["pairs"]:
            a, first_levels = self._known(frame[first], [left for left, _ in kept])
            b, second_levels = self._known(frame[second], [right for _, right in kept])
            wanted = {(left, right) for left, right in kept}
            names = [
                f"{left} × {right}" if (left, right) in wanted else "(other)"
                for left in first_levels
                for right in second_levels
            ]
            codes = np.where(np.isnan(a) | np.isnan(b), len(names), a * len(second_levels) + b)
            new[f"{first}.with_{second}"] = spread_texts(codes.astype(np.int64), names, frame.index)
        return with_columns(frame, new)

    def _known(self, values: pd.Series, levels: list[str]) -> tuple[Any, list[str | None]]:
        """The place of each row among these levels and, at the end, all others; NaN where it is missing."""
        known: list[str | None] = [*dict.fromkeys(levels), None]
        places = {level: float(place) for place, level in enumerate(known)}
        codes, texts = levels_of(values)
        return spread(codes, [places.get(text, len(known) - 1.0) for text in texts]), known

    def _groups(self, coded: dict[str, Any], first: str, second: str) -> Any:
        """A number for each pair; missing is a level of its own."""
        return (coded[first][0] + 1) * (len(coded[second][1]) + 1) + coded[second][0] + 1

    def _frequent(self, coded: dict[str, Any], first: str, second: str) -> list[list[str]]:
        groups, counts = np.unique(self._groups(coded, first, second), return_counts=True)
        left, right = np.divmod(groups, len(coded[second][1]) + 1)
        often = np.flatnonzero((counts >= int(self.values["minimum_count"])) & (left > 0) & (right > 0))
        often = often[np.argsort(-counts[often], kind="stable")][: self.most_pairs]
        return sorted([coded[first][1][left[place] - 1], coded[second][1][right[place] - 1]] for place in often)


STEPS.append(CategoryInteractions(
    [
        "sex", "on_thyroxine", "query_on_thyroxine", "on_antithyroid_medication", "thyroid_surgery",
        "query_hypothyroid", "query_hyperthyroid", "pregnant", "sick", "tumor", "lithium", "goitre",
        "TSH_measured", "T3_measured", "TT4_measured", "T4U_measured", "FTI_measured", "TBG_measured",
    ],
))


# ==== Step 6: Numbers of a category =========================================================================
# What 7 numbers are like among rows of the same category (of 18 columns), and how far a row is from it.


class GroupAggregates(Step):
    key = "group_aggregates"
    label = "Numbers of a category"
    description = "Adds what a number is like among training rows of the same category, and how far a row is from it."
    takes = ("boolean", "category", "integer", "number")
    parameters = {
        "statistics": {
            "type": "array",
            "items": {"type": "string", "enum": ["mean", "median", "deviation", "minimum", "maximum"]},
            "minItems": 1,
            "maxItems": 5,
            "default": ["mean"],
            "title": "Statistics",
            "description": "What is told of the number within the category",
        },
        "maximum_pairs": {
            "type": "integer",
            "minimum": 1,
            "maximum": 30,
            "default": 4,
            "title": "Most pairs",
            "description": "Those pairs of a category and a number where the number differs most between categories",
        },
        "difference": {
            "type": "boolean",
            "default": True,
            "title": "Distance",
            "description": "Also add the number less the mean of its category",
        },
    }
    most_columns = 20
    most_levels = 1_000

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        coded = {name: levels_of(frame[name]) for name in self.texts(frame)}
        groups = [name for name, (_, texts) in coded.items() if 2 <= len(texts) <= self.most_levels][
            : self.most_columns
        ]
        numbers = {name: numbers_of(frame[name]) for name in self.numbers(frame)[: self.most_columns]}
        pairs = [(group, number) for group in groups for number in numbers]
        sample = even_rows(len(frame), 20_000)
        told = {pair: _told(coded[pair[0]][0][sample], numbers[pair[1]][sample]) for pair in pairs}
        order = sorted(range(len(pairs)), key=lambda place: (-round(told[pairs[place]], 9), place))
        chosen = [pairs[place] for place in order[: int(self.values["maximum_pairs"])]]
        self.learned = {"pairs": [self._pair(group, number, coded[group], numbers[number]) for group, number in chosen]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for pair in self.learned["pairs"]:
            group, number = pair["group"], pair["number"]
            codes, texts = levels_of(frame[group])
            for statistic, figures in pair["figures"].items():
                by_text = dict(zip(pair["levels"], figures["by_level"], strict=True))
                values = spread(codes, [by_text.get(text, figures["overall"]) for text in texts], figures["overall"])
                if statistic in self.values["statistics"]:
                    new[f"{number}.{statistic}_by_{group}"] = values
                if statistic == "mean" and self.values["difference"]:
                    new[f"{number}.above_mean_of_{group}"] = numbers_of(frame[number]) - values
        return with_columns(frame, new)

    def _pair(self, group: str, number: str, coded: Any, values: Any) -> dict[str, Any]:
        known = ~np.isnan(values) & (coded[0] >= 0)
        grouped = pd.Series(values[known]).groupby(coded[0][known])
        overall = pd.Series(values[~np.isnan(values)])
        figures = {}
        for statistic in dict.fromkeys([*self.values["statistics"], *(["mean"] if self.values["difference"] else [])]):
            method = {"deviation": "std", "minimum": "min", "maximum": "max"}.get(statistic, statistic)
            whole = _plain(getattr(overall, method)())
            found = getattr(grouped, method)()
            figures[statistic] = {"by_level": [_plain(value) for value in found.tolist()], "overall": whole}
        levels = [coded[1][code] for code in grouped.ngroup().groupby(coded[0][known]).first().index]
        return {"group": group, "number": number, "levels": levels, "figures": figures}


def _plain(value: float) -> float:
    """The deviation of one row, or the mean of none, is 0."""
    return float(value) if np.isfinite(value) else 0.0


def _told(codes: Any, numbers: Any) -> float:
    """Share of the number's variance that lies between the categories, less what chance gives."""
    known = ~np.isnan(numbers) & (codes >= 0)
    codes, numbers = codes[known], numbers[known]
    if len(numbers) < 3 or np.ptp(numbers) == 0:
        return 0.0
    counts = np.bincount(codes)
    centred = numbers - numbers.mean()
    means = np.bincount(codes, weights=centred) / np.maximum(counts, 1)
    between = float(np.sum(counts * means**2) / np.sum(centred**2))
    return between - (np.count_nonzero(counts) - 1) / (len(numbers) - 1)


STEPS.append(GroupAggregates(
    [
        "sex", "on_thyroxine", "query_on_thyroxine", "on_antithyroid_medication", "thyroid_surgery",
        "query_hypothyroid", "query_hyperthyroid", "pregnant", "sick", "tumor", "lithium", "goitre",
        "TSH_measured", "T3_measured", "TT4_measured", "T4U_measured", "FTI_measured", "TBG_measured", "age",
        "TSH", "T3", "TT4", "T4U", "FTI", "TBG",
    ],
))


# ==== Step 7: Drop what repeats others ======================================================================
# Of 7 numbers and what was made of them: those that follow another one almost exactly add nothing.


class SelectByCorrelation(Step):
    key = "select_by_correlation"
    label = "Drop what repeats others"
    description = "Leaves out numbers that follow an earlier column almost exactly."
    takes = ("integer", "number")
    parameters = {
        "maximum_correlation": {
            "type": "number",
            "minimum": 0.5,
            "maximum": 1,
            "default": 0.98,
            "title": "Most correlation",
            "description": "Absolute rank correlation (or linear one) from which the later column is left out",
        },
        "method": {
            "type": "string",
            "enum": ["spearman", "pearson"],
            "default": "spearman",
            "title": "Method",
            "description": "Of ranks, or of the values",
        },
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        names = [name for name in self.derived(frame) if pd.api.types.is_numeric_dtype(frame[name])]
        # The product of the matrix with itself stays within seconds.
        rows = even_rows(len(frame), int(np.clip(2e10 / max(1, len(names)) ** 2, 500, MOST_ROWS)))
        unit = np.empty((len(rows), len(names)), dtype=np.float32)
        for place, name in enumerate(names):
            values = numbers_of(frame[name].iloc[rows])
            unit[:, place] = centred_ranks(values) if self.values["method"] == "spearman" else _centred(values)
        related = np.abs(unit.T @ unit) >= float(self.values["maximum_correlation"]) - 1e-6
        dropped = np.zeros(len(names), dtype=bool)
        for place in range(len(names)):
            dropped[place] = bool(np.any(related[place, :place] & ~dropped[:place]))
        self.learned = {"dropped": [name for name, drop in zip(names, dropped, strict=True) if drop]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.without(frame, self.learned["dropped"])


def _centred(values: Any) -> Any:
    """Of length 1 around zero, zero for what is missing."""
    if np.all(np.isnan(values)):
        return np.zeros(len(values))
    centred = np.nan_to_num(values - np.nanmean(values))
    length = float(np.sqrt(np.sum(centred**2)))
    return centred / length if length > 0 else centred


STEPS.append(SelectByCorrelation(["age", "TSH", "T3", "TT4", "T4U", "FTI", "TBG"], maximum_correlation=0.995))


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
