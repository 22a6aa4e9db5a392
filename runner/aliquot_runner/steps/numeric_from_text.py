from __future__ import annotations

import re

import numpy as np
import pandas as pd

from .base import Step, levels_of, spread, with_columns

NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")


class NumericFromText(Step):
    key = "numeric_from_text"
    label = "Read numbers in text"
    description = "Reads the first number in texts such as “$1,200” or “12 kg”; other texts become missing."
    takes = ()
    parameters = {
        "decimal_comma": {
            "type": "boolean",
            "default": False,
            "title": "Decimal comma",
            "description": "1.200,50 instead of 1,200.50",
        },
    }

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        signs = str.maketrans({".": "", ",": "."}) if self.values["decimal_comma"] else str.maketrans({",": ""})
        new = {}
        for name in self.texts(frame):
            codes, texts = levels_of(frame[name])
            found = (NUMBER.search(text.translate(signs)) for text in texts)
            numbers = np.array([float(number[0]) if number else np.nan for number in found], dtype=np.float64)
            numbers[np.isinf(numbers)] = np.nan
            new[name] = pd.Series(spread(codes, numbers), index=frame.index)
        return with_columns(frame, new)

    def types(self) -> dict[str, str]:
        return dict.fromkeys(self.columns, "number")


STEP = NumericFromText
