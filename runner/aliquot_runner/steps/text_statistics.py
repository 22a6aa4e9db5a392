from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, levels_of, with_columns

CHARACTERS_AT_ONCE = 1_000_000
SPACES = np.array([chr(point).isspace() for point in range(0x3002)])
"""By code point; none of the higher ones is a space."""


class TextStatistics(Step):
    key = "text_statistics"
    label = "Describe text"
    description = "Adds length, words, and the shares of digits and capitals of a text."
    takes = ("text",)
    parameters = {
        "keep": {
            "type": "boolean",
            "default": True,
            "title": "Keep the text",
            "description": "Keep the text itself beside its description",
        },
    }

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        names = self.texts(frame)
        for name in names:
            codes, texts = levels_of(frame[name])
            figures = np.vstack([described(texts), np.full((1, 4), np.nan)])
            for place, what in enumerate(("characters", "word_count", "digit_share", "capital_share")):
                new[f"{name}.{what}"] = figures[codes, place]
        result = with_columns(frame, new)
        return result if self.values["keep"] else self.without(result, names)


def described(texts: list[str]) -> Any:
    """(texts, 4) float32; many texts at once as one array of code points."""
    figures = np.zeros((len(texts), 4), dtype=np.float32)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    ends = np.cumsum(lengths + 1)
    start = 0
    while start < len(texts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + CHARACTERS_AT_ONCE)))
        joined = " ".join(texts[start:stop]) + " "
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        begins = np.concatenate([[0], ends[start : stop - 1] - before])
        spaces = _is_space(points)
        word_begins = ~spaces & np.concatenate([[True], spaces[:-1]])
        for place, marks in ((1, word_begins), (2, _between(points, "0", "9")), (3, _between(points, "A", "Z"))):
            figures[start:stop, place] = np.add.reduceat(marks, begins, dtype=np.int64)
        start = stop
    figures[:, 0] = lengths
    with np.errstate(invalid="ignore"):
        figures[:, 2:] /= figures[:, :1]
    return figures


def _between(points: Any, low: str, high: str) -> Any:
    return (points >= ord(low)) & (points <= ord(high))


def _is_space(points: Any) -> Any:
    return SPACES[np.minimum(points, 0x3001)]


STEP = TextStatistics
