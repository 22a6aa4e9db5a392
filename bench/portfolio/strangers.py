"""Whether tables hold what others hold, whatever their columns are called: `strangers.py TABLES FOLDER…`.

The folders hold the CSV files that the product is judged by. Prints what two tables have in common and fails then.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import pandas as pd

LEAST_VALUES = 10
"""A column of fewer different values looks like many others."""
TELLING_VALUES = 100
SAME_VALUES = 0.8
SAME_ROWS = 0.5

Pair = tuple[str, str]


class Content:
    """The values of a table as texts, and how often each stands in each column that has enough of them."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.rows = pd.DataFrame({str(name): texts(frame[name]) for name in frame.columns})
        counts = {name: self.rows[name].value_counts().sort_index() for name in self.rows.columns}
        self.counts = {name: values for name, values in counts.items() if len(values) >= LEAST_VALUES}


def shared(one: Content, other: Content) -> list[Pair]:
    """Pairs of columns with the same values equally often; or two that hold the same rows, or many of them.

    Columns of whole numbers share values by chance, so that those count only where they come together in rows.
    """
    pairs = [(name, its) for name in one.counts for its in other.counts]
    equal = [(name, its) for name, its in pairs if one.counts[name].equals(other.counts[its])]
    alike = [(name, its) for name, its in pairs if overlap(one.counts[name], other.counts[its]) >= SAME_VALUES]
    together = [
        pair
        for first, second in combinations(alike, 2)
        if first[0] != second[0] and first[1] != second[1] and same_rows(one, other, first, second)
        for pair in (first, second)
    ]
    return equal or sorted(set(together))


def overlap(one: pd.Series, other: pd.Series) -> float:
    fewer = min(len(one), len(other))
    return len(one.index.intersection(other.index)) / fewer if fewer >= TELLING_VALUES else 0.0


def same_rows(one: Content, other: Content, first: Pair, second: Pair) -> bool:
    left = {*zip(one.rows[first[0]], one.rows[second[0]], strict=True)}
    right = {*zip(other.rows[first[1]], other.rows[second[1]], strict=True)}
    return len(left & right) >= SAME_ROWS * min(len(left), len(right))


def texts(column: pd.Series) -> pd.Series:
    """1, 1.0 and "1" are the same, and so are texts but for case and spaces, and dates however they are written."""
    known = column.dropna()
    if pd.api.types.is_datetime64_any_dtype(known):
        return _written(known)
    numbers = pd.to_numeric(known, errors="coerce").astype("float64")
    if numbers.notna().all():
        return pd.Series([f"{number:.6g}" for number in numbers], index=known.index, dtype=object)
    plain = known.astype(str).str.strip().str.lower()
    dates = pd.to_datetime(plain, errors="coerce", format="ISO8601")
    return _written(dates) if dates.notna().all() else plain


def _written(dates: pd.Series) -> pd.Series:
    return pd.Series(dates.dt.strftime("%Y-%m-%d %H:%M:%S"), dtype=object)


def main(tables: Path, folders: list[Path]) -> int:
    judges = {path: Content(pd.read_csv(path)) for folder in folders for path in sorted(folder.glob("*.csv"))}
    if not judges:
        raise SystemExit("The folders hold no CSV file.")
    names = sorted(tables.glob("*.parquet"))
    found = 0
    for path in names:
        table = Content(pd.read_parquet(path))
        for judge, content in judges.items():
            for column, its in shared(table, content):
                print(f"{path.stem}, {column}: the values of {its} in {judge}")
                found += 1
    print(f"{len(names)} tables beside {len(judges)} files: {found} columns in common.")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]]))
