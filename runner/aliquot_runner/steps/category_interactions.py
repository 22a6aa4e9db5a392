from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread, spread_texts, with_columns
from .measures import information, rows_for, target_bins


class CategoryInteractions(Step):
    key = "category_interactions"
    label = "Pairs of categories"
    description = "Adds two categories together as one: all pairs, or those that tell most of the target."
    takes = ("boolean", "category")
    uses_target = True
    parameters = {
        "maximum_features": {
            "type": "integer",
            "minimum": 1,
            "maximum": 30,
            "default": 4,
            "title": "Most new columns",
            "description": "If there could be more, those that tell more of the target than their parts do",
        },
        "minimum_count": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1_000_000,
            "default": 10,
            "title": "Least rows",
            "description": "Pairs with fewer training rows are one common category",
        },
    }
    most_columns = 20
    most_pairs = 250

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        coded = {name: levels_of(frame[name]) for name in self.texts(frame)}
        names = [name for name, (_, texts) in coded.items() if 2 <= len(texts) <= self.most_pairs][: self.most_columns]
        pairs = list(combinations(names, 2))
        limit = int(self.values["maximum_features"])
        if len(pairs) > limit:
            rows = rows_for(target)
            goal = target_bins(target, rows)
            alone = {name: information(coded[name][0][rows], goal) for name in names}
            gains = {
                (first, second): information(self._groups(coded, first, second)[rows], goal)
                - max(alone[first], alone[second])
                for first, second in pairs
            }
            order = sorted(range(len(pairs)), key=lambda place: (-round(gains[pairs[place]], 9), place))
            pairs = [pairs[place] for place in order[:limit] if gains[pairs[place]] > 0]
        self.learned = {"pairs": [[first, second, self._frequent(coded, first, second)] for first, second in pairs]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for first, second, kept in self.learned["pairs"]:
            a, first_levels = self._known(frame[first], [left for left, _ in kept])
            b, second_levels = self._known(frame[second], [right for _, right in kept])
            wanted = {(left, right) for left, right in kept}
            names = [
                f"{left} × {right}" if (left, right) in wanted else "(other)"
                for left in first_levels
                for right in second_levels
            ]
            codes = np.where(np.isnan(a) | np.isnan(b), len(names), a * len(second_levels) + b)
            new[f"{first}.with_{second}"] = spread_texts(codes.astype(np.int64), names, frame.index)
        return with_columns(frame, new)

    def _known(self, values: pd.Series, levels: list[str]) -> tuple[Any, list[str | None]]:
        """The place of each row among these levels and, at the end, all others; NaN where it is missing."""
        known: list[str | None] = [*dict.fromkeys(levels), None]
        places = {level: float(place) for place, level in enumerate(known)}
        codes, texts = levels_of(values)
        return spread(codes, [places.get(text, len(known) - 1.0) for text in texts]), known

    def _groups(self, coded: dict[str, Any], first: str, second: str) -> Any:
        """A number for each pair; missing is a level of its own."""
        return (coded[first][0] + 1) * (len(coded[second][1]) + 1) + coded[second][0] + 1

    def _frequent(self, coded: dict[str, Any], first: str, second: str) -> list[list[str]]:
        groups, counts = np.unique(self._groups(coded, first, second), return_counts=True)
        left, right = np.divmod(groups, len(coded[second][1]) + 1)
        often = np.flatnonzero((counts >= int(self.values["minimum_count"])) & (left > 0) & (right > 0))
        often = often[np.argsort(-counts[often], kind="stable")][: self.most_pairs]
        return sorted([coded[first][1][left[place] - 1], coded[second][1][right[place] - 1]] for place in often)


STEP = CategoryInteractions
