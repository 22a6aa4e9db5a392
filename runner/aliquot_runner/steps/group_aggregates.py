from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, even_rows, levels_of, numbers_of, spread, with_columns


class GroupAggregates(Step):
    key = "group_aggregates"
    label = "Numbers of a category"
    description = "Adds what a number is like among training rows of the same category, and how far a row is from it."
    takes = ("boolean", "category", "integer", "number")
    parameters = {
        "statistics": {
            "type": "array",
            "items": {"type": "string", "enum": ["mean", "median", "deviation", "minimum", "maximum"]},
            "minItems": 1,
            "maxItems": 5,
            "default": ["mean"],
            "title": "Statistics",
            "description": "What is told of the number within the category",
        },
        "maximum_pairs": {
            "type": "integer",
            "minimum": 1,
            "maximum": 30,
            "default": 4,
            "title": "Most pairs",
            "description": "Those pairs of a category and a number where the number differs most between categories",
        },
        "difference": {
            "type": "boolean",
            "default": True,
            "title": "Distance",
            "description": "Also add the number less the mean of its category",
        },
    }
    most_columns = 20
    most_levels = 1_000

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        coded = {name: levels_of(frame[name]) for name in self.texts(frame)}
        groups = [name for name, (_, texts) in coded.items() if 2 <= len(texts) <= self.most_levels][
            : self.most_columns
        ]
        numbers = {name: numbers_of(frame[name]) for name in self.numbers(frame)[: self.most_columns]}
        pairs = [(group, number) for group in groups for number in numbers]
        sample = even_rows(len(frame), 20_000)
        told = {pair: _told(coded[pair[0]][0][sample], numbers[pair[1]][sample]) for pair in pairs}
        order = sorted(range(len(pairs)), key=lambda place: (-round(told[pairs[place]], 9), place))
        chosen = [pairs[place] for place in order[: int(self.values["maximum_pairs"])]]
        self.learned = {"pairs": [self._pair(group, number, coded[group], numbers[number]) for group, number in chosen]}

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for pair in self.learned["pairs"]:
            group, number = pair["group"], pair["number"]
            codes, texts = levels_of(frame[group])
            for statistic, figures in pair["figures"].items():
                by_text = dict(zip(pair["levels"], figures["by_level"], strict=True))
                values = spread(codes, [by_text.get(text, figures["overall"]) for text in texts], figures["overall"])
                if statistic in self.values["statistics"]:
                    new[f"{number}.{statistic}_by_{group}"] = values
                if statistic == "mean" and self.values["difference"]:
                    new[f"{number}.above_mean_of_{group}"] = numbers_of(frame[number]) - values
        return with_columns(frame, new)

    def _pair(self, group: str, number: str, coded: Any, values: Any) -> dict[str, Any]:
        known = ~np.isnan(values) & (coded[0] >= 0)
        grouped = pd.Series(values[known]).groupby(coded[0][known])
        overall = pd.Series(values[~np.isnan(values)])
        figures = {}
        for statistic in dict.fromkeys([*self.values["statistics"], *(["mean"] if self.values["difference"] else [])]):
            method = {"deviation": "std", "minimum": "min", "maximum": "max"}.get(statistic, statistic)
            whole = _plain(getattr(overall, method)())
            found = getattr(grouped, method)()
            figures[statistic] = {"by_level": [_plain(value) for value in found.tolist()], "overall": whole}
        levels = [coded[1][code] for code in grouped.ngroup().groupby(coded[0][known]).first().index]
        return {"group": group, "number": number, "levels": levels, "figures": figures}


def _plain(value: float) -> float:
    """The deviation of one row, or the mean of none, is 0."""
    return float(value) if np.isfinite(value) else 0.0


def _told(codes: Any, numbers: Any) -> float:
    """Share of the number's variance that lies between the categories, less what chance gives."""
    known = ~np.isnan(numbers) & (codes >= 0)
    codes, numbers = codes[known], numbers[known]
    if len(numbers) < 3 or np.ptp(numbers) == 0:
        return 0.0
    counts = np.bincount(codes)
    centred = numbers - numbers.mean()
    means = np.bincount(codes, weights=centred) / np.maximum(counts, 1)
    between = float(np.sum(counts * means**2) / np.sum(centred**2))
    return between - (np.count_nonzero(counts) - 1) / (len(numbers) - 1)


STEP = GroupAggregates
