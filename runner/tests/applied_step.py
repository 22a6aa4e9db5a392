"""One step on a small table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from aliquot_runner.registry import steps
from aliquot_runner.steps.base import Truth

NO_TARGET = Truth(np.zeros(0), 0)
"""For steps that do not use it."""


def applied(key: str, train: pd.DataFrame, rows: pd.DataFrame | None = None, **parameters: Any) -> pd.DataFrame:
    step = steps()[key](list(train.columns), **parameters)
    before = train.copy(deep=True)
    step.fit(train, NO_TARGET)
    result = step.transform(train if rows is None else rows)
    pd.testing.assert_frame_equal(train, before)
    return result


def learned_from(key: str, train: pd.DataFrame, target: Truth, **parameters: Any) -> pd.DataFrame:
    return steps()[key](list(train.columns), **parameters).fit_transform(train, target)


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype=object)
