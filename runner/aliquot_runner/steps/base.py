"""What every preprocessing step is.

This source and that of the steps are part of the code that `compile` writes for users, so they must run alone: at its
top the module of a step imports numpy, pandas, scikit-learn, scipy, the standard library, and names of this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar


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


def yeo_johnson(values: Any, power: float) -> Any:
    """Yeo and Johnson (2000): a power of 1 + x above zero and of 1 - x below, smooth at zero; NaN stays."""
    size = np.log1p(np.minimum(np.abs(values), 1e30))
    above = np.expm1(power * size) / power if abs(power) > 1e-9 else size
    opposite = 2.0 - power
    below = -np.expm1(opposite * size) / opposite if abs(opposite) > 1e-9 else -size
    return np.where(values < 0, below, above)


def best_power(values: Any) -> float:
    """The power by which the values come closest to a normal distribution; 1 where they do not vary."""
    values = values[even_rows(len(values), 20_000)]
    if len(values) < 3 or np.ptp(values) == 0:
        return 1.0
    slope = float(np.sum(np.sign(values) * np.log1p(np.abs(values))))

    def cost(power: float) -> float:
        return len(values) / 2 * float(np.log(np.var(yeo_johnson(values, power)) + 1e-300)) - (power - 1) * slope

    return round(float(minimize_scalar(cost, bounds=(-3.0, 5.0), method="bounded").x), 6)
