"""Who validates whom: fold numbers, drawn from the seed, stratified for classification."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from .errors import RunnerError
from .target import Target

Folds = npt.NDArray[np.uint8]

RARE_CLASS_SHARE = 0.01


def draw_folds(target: Target, wished: int, seed: int) -> Folds:
    """(rows,) fold numbers 0 … count - 1. Raises TOO_FEW_ROWS below two rows.

    There are fewer folds than wished where the rarest class has fewer rows; a class of less than 1 % of the rows does
    not count, as it would leave all the others with worse models.
    """
    rows = len(target.values)
    if rows < 2:
        raise RunnerError("TOO_FEW_ROWS", "There must be at least two rows with a target.")
    count = min(wished, rows)
    generator = np.random.default_rng(seed)
    if not target.is_classification:
        return _deal(generator.permutation(rows), rows, count)
    sizes = np.bincount(target.values.astype(np.int64), minlength=len(target.classes))
    common = sizes[sizes >= max(1, RARE_CLASS_SHARE * rows)]
    count = max(2, min(count, int(common.min()))) if len(common) else min(count, 2)
    by_class = [generator.permutation(np.flatnonzero(target.values == number)) for number in range(len(sizes))]
    return _deal(np.concatenate(by_class), rows, count)


def _deal(order: npt.NDArray[np.int64], rows: int, count: int) -> Folds:
    folds = np.empty(rows, dtype=np.uint8)
    folds[order] = np.arange(rows) % count
    return folds


def fingerprint(folds: Folds) -> str:
    return hashlib.sha256(folds.tobytes()).hexdigest()
