"""Writes the tables as the server would hand them to the runner: `export.py FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
from tables import REGRESSION, TABLES, Table

LOG_LOSS, RMSE = "log_loss", "rmse"


def column_type(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values) or _is_date(values):
        return "datetime"
    return "category"


def _is_date(values: pd.Series) -> bool:
    sample = values.dropna().astype(str).head(50)
    looks = sample.str.fullmatch(r"\d{4}[-/]\d{2}[-/]\d{2}( .*)?")
    return len(sample) > 0 and bool(looks.all())


def export(table: Table, folder: Path) -> None:
    frame = table.read()
    columns = []
    written = {}
    for number, name in enumerate(frame.columns):
        values = frame[name]
        kind = column_type(values)
        if kind == "datetime":
            values = pd.to_datetime(values)
        elif kind in ("category", "boolean") or (name == table.target and table.task != REGRESSION):
            values = values.astype(object).where(values.notna(), None).map(str, na_action="ignore")
        columns.append({"name": f"c{number}", "label": str(name), "type": kind})
        written[f"c{number}"] = values
    target = f"c{list(frame.columns).index(table.target)}"
    pd.DataFrame(written).to_parquet(folder / f"{table.name}.parquet", index=False)
    metric = RMSE if table.task == REGRESSION else LOG_LOSS
    spec = {"columns": columns, "target": target, "taskType": table.task, "metric": metric, "rows": len(frame)}
    (folder / f"{table.name}.json").write_text(json.dumps(spec), encoding="utf-8")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    for one in TABLES:
        export(one, place)
