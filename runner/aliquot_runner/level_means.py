"""The mean target of each level of a category: what a level with too few rows for a code of its own can still tell.

A training row's figure comes from other training rows only, else it would be shown its own target. What is learned is
plain JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .steps.base import Truth

PARTS = 5
MAXIMUM_LEVELS = 10_000
MAXIMUM_OUTPUTS = 8
LEAST_SMOOTHING, MOST_SMOOTHING = 2.0, 1_000.0
DEVIATIONS = 2.0
"""By how many of its standard deviations the spread of levels must pass what chance alone would give."""

Figures = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def learn_means(codes: Codes, texts: Sequence[str], target: Truth) -> tuple[dict[str, Any], Figures] | None:
    """What is kept, and (rows, outputs) figures of the training rows. `codes`: -1 where there is no text. None where
    the levels do not differ by more than chance.

    A level's mean is pulled towards the mean of all rows by as many rows as the variances within and between levels
    say (James and Stein, 1961; Efron and Morris, 1973). A level of one row is unknown: it tells nothing of others.
    """
    names = _names(target)
    outputs = _outputs(target, names)
    count = len(texts) + 1
    level = np.where(codes < 0, len(texts), codes)
    part = np.random.default_rng(0).permutation(len(codes)) % PARTS
    rows = np.bincount(level * PARTS + part, minlength=count * PARTS).reshape(count, PARTS).astype(np.float64)
    whole = rows.sum(axis=1)
    kept = whole > 1
    kept[np.argsort(-whole[:-1], kind="stable")[MAXIMUM_LEVELS:]] = False
    smoothings = [_smoothing(values, level, whole) for values in (outputs - outputs.mean(axis=0)).T]
    if min(smoothings) == MOST_SMOOTHING:
        return None
    figures = np.empty((count, len(names)))
    of_rows = np.empty((len(codes), len(names)))
    for place, smoothing in enumerate(smoothings):
        values = outputs[:, place]
        sums = np.bincount(level * PARTS + part, weights=values, minlength=count * PARTS).reshape(count, PARTS)
        prior = float(values.mean())
        figures[:, place] = np.where(kept, _shrunk(sums.sum(axis=1), whole, prior, smoothing), prior)
        others = _shrunk(sums.sum(axis=1, keepdims=True) - sums, whole[:, None] - rows, prior, smoothing)
        of_rows[:, place] = np.where(kept[level], others[level, part], prior)
    learned = {
        "outputs": names,
        "prior": outputs.mean(axis=0).tolist(),
        "missing": figures[-1].tolist(),
        "levels": {texts[int(place)]: figures[place].tolist() for place in np.flatnonzero(kept[:-1])},
    }
    return learned, of_rows


def apply_means(codes: Codes, texts: Sequence[str], learned: Mapping[str, Any]) -> Figures:
    """(rows, outputs) figures of rows that were not learned from."""
    known = learned["levels"]
    table = np.array([*(known.get(text, learned["prior"]) for text in texts), learned["missing"]])
    return np.asarray(table[codes], dtype=np.float64)


def _names(target: Truth) -> list[str]:
    """Names of what is averaged: the values, whether it is the second class, or each of the most frequent classes."""
    if target.classes in (0, 2):
        return ["mean"]
    sizes = np.bincount(target.values, minlength=target.classes)
    wanted = np.sort(np.argsort(-sizes, kind="stable")[:MAXIMUM_OUTPUTS])
    return [f"mean_{number}" for number in wanted]


def _outputs(target: Truth, names: list[str]) -> Figures:
    if target.classes == 0:
        return np.asarray(target.values, dtype=np.float64)[:, None]
    wanted = [1] if target.classes == 2 else [int(name.removeprefix("mean_")) for name in names]
    return np.asarray(np.asarray(target.values)[:, None] == np.array(wanted), dtype=np.float64)


def _smoothing(centred: Figures, level: Codes, whole: Figures) -> float:
    """The variance within levels over that between them, by the analysis of variance of unequal groups."""
    groups, total = int(np.count_nonzero(whole)), float(whole.sum())
    between = float((np.bincount(level, weights=centred, minlength=len(whole)) ** 2 / np.maximum(whole, 1)).sum())
    within = max(float((centred**2).sum()) - between, 0.0) / max(total - groups, 1.0)
    of_groups = between / max(groups - 1, 1)
    if of_groups <= within * (1 + DEVIATIONS * np.sqrt(2 / max(groups - 1, 1))):
        return MOST_SMOOTHING
    usual_size = (total - float((whole**2).sum()) / total) / max(groups - 1, 1)
    return float(np.clip(within * usual_size / (of_groups - within), LEAST_SMOOTHING, MOST_SMOOTHING))


def _shrunk(sums: Any, rows: Any, prior: float, smoothing: float) -> Any:
    return (sums + smoothing * prior) / (rows + smoothing)
