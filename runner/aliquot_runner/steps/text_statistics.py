from __future__ import annotations

import pandas as pd

from .base import Step, as_text, with_columns


class TextStatistics(Step):
    key = "text_statistics"
    label = "Describe text"
    description = "Adds length, words, and the shares of digits and capitals of a text."
    takes = ("text",)
    parameters = {
        "keep": {
            "type": "boolean",
            "default": True,
            "description": "Keep the text itself beside its description",
        },
    }

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name in self.present(frame):
            values = as_text(frame[name])
            length = values.str.len().astype(float)
            new[f"{name}.characters"] = length
            new[f"{name}.word_count"] = values.str.count(r"\S+").astype(float)
            new[f"{name}.digit_share"] = values.str.count(r"[0-9]").astype(float) / length.where(length > 0)
            new[f"{name}.capital_share"] = values.str.count(r"[A-Z]").astype(float) / length.where(length > 0)
        described = with_columns(frame, new)
        return described if self.values["keep"] else described.drop(columns=self.present(frame))


STEP = TextStatistics
