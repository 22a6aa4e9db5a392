from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, spread, spread_texts, with_columns


class CastType(Step):
    key = "cast_type"
    label = "Change the type"
    description = "Reads a column as numbers, categories or dates; what cannot be read so becomes missing."
    takes = ()
    parameters = {
        "to": {
            "type": "string",
            "enum": ["number", "category", "datetime"],
            "default": "number",
            "title": "New type",
            "description": "What the values are to be seen as",
        },
        "date_format": {
            "type": "string",
            "maxLength": 60,
            "default": "",
            "title": "Date format",
            "description": "As in strptime, such as %d.%m.%Y; empty: the one that reads most of the training rows",
        },
    }
    date_formats = (
        "ISO8601",
        *(
            f"{date}{time}"
            for date in (
                "%d/%m/%Y",
                "%m/%d/%Y",
                "%d.%m.%Y",
                "%d-%m-%Y",
                "%Y/%m/%d",
                "%d %b %Y",
                "%d %B %Y",
                "%b %d, %Y",
            )
            for time in ("", " %H:%M", " %H:%M:%S")
        ),
    )

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"formats": {}}
        if self.values["to"] == "datetime":
            for name in {*self.present(frame)} - {*self.dates(frame)}:
                self.learned["formats"][name] = self.values["date_format"] or self._format(levels_of(frame[name])[1])

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        convert = {"number": self._number, "category": self._category, "datetime": self._date}[self.values["to"]]
        return with_columns(frame, {name: convert(frame[name]) for name in self.present(frame)})

    def types(self) -> dict[str, str]:
        return dict.fromkeys(self.columns, str(self.values["to"]))

    def _number(self, values: pd.Series) -> Any:
        if pd.api.types.is_numeric_dtype(values):
            return values
        codes, texts = levels_of(values)
        numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(np.float64)
        return pd.Series(spread(codes, np.where(np.isfinite(numbers), numbers, np.nan)), index=values.index)

    def _category(self, values: pd.Series) -> Any:
        codes, texts = levels_of(values)
        return spread_texts(codes, map(_whole, texts), values.index)

    def _date(self, values: pd.Series) -> Any:
        if pd.api.types.is_datetime64_any_dtype(values):
            return values
        codes, texts = levels_of(values)
        times = _dates(texts, self.learned["formats"][str(values.name)])
        return pd.Series(np.append(times, np.datetime64("NaT", "us"))[codes], index=values.index)

    def _format(self, texts: list[str]) -> str:
        sample = texts[:1000]
        found = [int(np.sum(~np.isnat(_dates(sample, date_format)))) for date_format in self.date_formats]
        return self.date_formats[int(np.argmax(found))]


def _whole(text: str) -> str:
    """3.0 is 3."""
    return text.removesuffix(".0")


def _dates(texts: list[str], date_format: str) -> Any:
    series = pd.Series([_whole(text.strip()) for text in texts], dtype=object)
    dates = pd.to_datetime(series, format=date_format, errors="coerce", utc=True)
    return dates.dt.tz_localize(None).to_numpy("datetime64[us]")


STEP = CastType
