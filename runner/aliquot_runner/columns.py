"""Columns as a plan leaves them: how they are distributed, and what they tell of the target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .steps.base import Truth, levels_of
from .steps.measures import as_numbers, bins_of, target_bins

BINS = 20
LABELS = 12
LABEL_LENGTH = 100


def describe_columns(
    frame: pd.DataFrame, names: dict[str, tuple[str, str | None]], target: Truth
) -> list[dict[str, Any]]:
    """One entry a column of `frame`; `names` tells how each is shown, and what it was made from."""
    rows = np.arange(len(frame))
    groups = target_bins(target, rows)
    described = []
    for place, key in enumerate(frame.columns):
        values = frame.iloc[:, place]
        name, source = names[str(key)]
        missing = float(values.isna().mean()) if len(values) else 0.0
        described.append(
            {
                "name": name,
                "source": source,
                "missingFraction": missing,
                "association": association(bins_of(values), groups),
                **_distribution(values),
            }
        )
    return described


def association(groups: Any, others: Any) -> float | None:
    """Cramér's V with the correction of its bias of Bergsma (Journal of the Korean Statistical Society 42, 2013): one
    measure for numbers in groups of equal size and for categories, missing values being a group of their own. None
    where one of the two does not vary.
    """
    rows = len(groups)
    _, first = np.unique(groups, return_inverse=True)
    _, second = np.unique(others, return_inverse=True)
    height, width = int(first.max(initial=-1)) + 1, int(second.max(initial=-1)) + 1
    if rows < 2 or height < 2 or width < 2:
        return None
    table = np.bincount(first * width + second, minlength=height * width).reshape(height, width)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    spread = float(np.sum((table - expected) ** 2 / expected)) / rows
    freedom = (height - 1) * (width - 1)
    corrected = max(0.0, spread - freedom / (rows - 1))
    limit = min(height - (height - 1) ** 2 / (rows - 1), width - (width - 1) ** 2 / (rows - 1)) - 1
    return min(1.0, float(np.sqrt(corrected / limit))) if limit > 0 else None


def _distribution(values: pd.Series) -> dict[str, Any]:
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        numbers = as_numbers(values)
        known = numbers[np.isfinite(numbers)]
        distinct = len(np.unique(known))
        counts, edges = np.histogram(known, bins=max(1, min(BINS, distinct))) if distinct else (known, known)
        return {
            "kind": "NUMBER",
            "distinctCount": distinct,
            "edges": [float(edge) for edge in edges],
            "labels": None,
            "counts": [int(count) for count in counts],
        }
    codes, texts = levels_of(values)
    sizes = np.bincount(codes[codes >= 0], minlength=len(texts))
    order = sorted(range(len(texts)), key=lambda place: (-sizes[place], texts[place]))[:LABELS]
    return {
        "kind": "CATEGORY",
        "distinctCount": len(texts),
        "edges": None,
        "labels": [texts[place][:LABEL_LENGTH] for place in order],
        "counts": [int(sizes[place]) for place in order],
    }
