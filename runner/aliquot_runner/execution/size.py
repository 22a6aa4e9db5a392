"""What a fit will need, told before it begins."""

from __future__ import annotations

from ..crosses import MOST, PARAMETER
from ..families.base import Family
from ..training import Training, Trial

MATRIX_BYTES = 4
PREPARING_BYTES = 24
"""Of each cell, while steps and encoder work on a fold: measured on numbers, of which most tables consist."""


def fit_bytes(training: Training, family: Family, trial: Trial, fold: int) -> int:
    """The peak of one fit beside what all processes share, by the size of its matrix and the family's footprint."""
    rows = len(training.target.values)
    made = training.scratch / f"prepared-{fold}" / "train.npy"
    features = max(1, len(training.columns))
    preparing = PREPARING_BYTES
    if made.exists():
        learned = rows - len(training.rows(fold))
        features = max(1, made.stat().st_size // (MATRIX_BYTES * max(1, learned)))
        preparing = 0
    if trial.parameters.get(PARAMETER):
        features += MOST
    cells = rows * features
    # two classes are one figure, as a value is
    outputs = training.classes if training.classes > 2 else 1
    footprint = family.footprint
    fitting = footprint.cell * cells + footprint.row * rows + footprint.feature * features * outputs
    return int(MATRIX_BYTES * cells + max(preparing * cells, fitting))
