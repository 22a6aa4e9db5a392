from __future__ import annotations

import pandas as pd

from .base import Step, as_text, with_columns


class NumericFromText(Step):
    key = "numeric_from_text"
    label = "Read numbers in text"
    description = "Reads the first number in texts such as “$1,200” or “12 kg”; other texts become missing."
    takes = ()
    parameters = {
        "decimal_comma": {"type": "boolean", "default": False, "description": "1.200,50 instead of 1,200.50"},
    }

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {}
        for name in self.present(frame):
            values = as_text(frame[name]).astype("str")
            if self.values["decimal_comma"]:
                values = values.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
            else:
                values = values.str.replace(",", "", regex=False)
            number = values.str.extract(r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)", expand=False)
            new[name] = pd.to_numeric(number, errors="coerce").astype(float)
        return with_columns(frame, new)


STEP = NumericFromText
