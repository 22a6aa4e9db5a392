"""How much a column tells about another one or about the target; shared by the steps that choose columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .base import Truth, even_rows, levels_of, numbers_of

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
