"""What every preprocessing step is. This source is part of the code that `compile` writes: it must run alone."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd


class Step:
    """One change to a table. Learns from training rows only, never sees the target, keeps rows and their order.

    `columns`: names it works on; those that are absent from a table are skipped. `learned`: what `fit` found out,
    made of plain JSON values. A new column is named after its source: `c3` gives `c3.year`.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    takes: ClassVar[tuple[str, ...]]
    """Column types it works on when no columns are named; empty: the columns must be named."""
    parameters: ClassVar[dict[str, dict[str, Any]]] = {}
    """JSON schema of each parameter; each has a default."""

    def __init__(self, columns: list[str], **parameters: Any) -> None:
        self.columns = columns
        defaults = {name: schema["default"] for name, schema in self.parameters.items()}
        unknown = sorted(set(parameters) - set(defaults))
        if unknown:
            raise ValueError(f"{self.key} has no parameter {', '.join(unknown)}")
        self.values: dict[str, Any] = defaults | parameters
        self.learned: dict[str, Any] = {}

    def fit(self, frame: pd.DataFrame) -> None:
        """Learn from training rows."""

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The changed table; `frame` itself stays as it was."""
        raise NotImplementedError

    def present(self, frame: pd.DataFrame) -> list[str]:
        return [name for name in self.columns if name in frame.columns]


def as_text(values: pd.Series) -> pd.Series:
    """Text with None for what is missing."""
    return values.astype(object).where(values.notna(), None).map(str, na_action="ignore")


def with_columns(frame: pd.DataFrame, new: dict[str, Any]) -> pd.DataFrame:
    """`frame` with columns replaced or added at the end."""
    kept = frame.drop(columns=[name for name in new if name not in frame.columns], errors="ignore").copy(deep=False)
    for name in [name for name in new if name in kept.columns]:
        kept[name] = new[name]
    added = {name: np.asarray(new[name]) for name in new if name not in kept.columns}
    return pd.concat([kept, pd.DataFrame(added, index=kept.index)], axis=1) if added else kept
