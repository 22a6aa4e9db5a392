"""What can be told apart by the scores of folds."""

from __future__ import annotations

import math

from .families.base import Values


def is_ahead(differences: Values, standard_errors: float) -> bool:
    """Whether the mean of (folds,) differences, two at least, is above zero by more than so many standard errors."""
    error = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return float(differences.mean()) > standard_errors * error
