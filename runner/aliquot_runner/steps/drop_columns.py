from __future__ import annotations

import pandas as pd

from .base import Step


class DropColumns(Step):
    key = "drop_columns"
    label = "Drop columns"
    description = "Leaves columns out, such as identifiers and constants."
    takes = ()

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.without(frame, self.columns)


STEP = DropColumns
