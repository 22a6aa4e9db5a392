from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, best_power, numbers_of, with_columns, yeo_johnson


class Scale(Step):
    key = "scale"
    label = "Scale numbers"
    description = "Brings numbers to a common scale that is learned from the training rows."
    takes = ("integer", "number")
    is_custom_only = True
    parameters = {
        "method": {
            "type": "string",
            "enum": ["standard", "robust", "quantile", "power"],
            "default": "standard",
            "title": "Method",
            "description": "Mean and deviation; median and quartiles; ranks between 0 and 1; Yeo-Johnson, standardised",
        }
    }

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"columns": {}}
        for name in self.numbers(frame):
            values = numbers_of(frame[name])
            values = values[~np.isnan(values)]
            if len(values) > 0:
                self.learned["columns"][name] = self._scale_of(values)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new = {name: self._scaled(numbers_of(frame[name]), scale) for name, scale in self.learned["columns"].items()}
        return with_columns(frame, new)

    def _scale_of(self, values: Any) -> dict[str, Any]:
        method = self.values["method"]
        if method == "quantile":
            return {"quantiles": np.quantile(values, np.linspace(0, 1, min(1001, max(2, len(values))))).tolist()}
        low, centre, high = np.quantile(values, [0.25, 0.5, 0.75])
        if method == "standard":
            return {"centre": float(values.mean()), "width": _width(values.std())}
        if method == "robust":
            return {"centre": float(centre), "width": _width(high - low, values.std())}
        scale = {"centre": float(centre), "width": _width(high - low, values.std())}
        scale["power"] = best_power((values - scale["centre"]) / scale["width"])
        bent = yeo_johnson((values - scale["centre"]) / scale["width"], scale["power"])
        return scale | {"mean": float(bent.mean()), "deviation": _width(bent.std())}

    def _scaled(self, values: Any, scale: dict[str, Any]) -> Any:
        if "quantiles" in scale:
            return _rank(values, np.array(scale["quantiles"]))
        scaled = (values - scale["centre"]) / scale["width"]
        if "power" in scale:
            return (yeo_johnson(scaled, scale["power"]) - scale["mean"]) / scale["deviation"]
        return scaled


def _width(*widths: float) -> float:
    """The first that is not zero, else 1."""
    return next((float(width) for width in widths if width > 1e-12), 1.0)


def _rank(values: Any, quantiles: Any) -> Any:
    """Between 0 and 1; a value that fills several quantiles gets the middle of them."""
    steps = np.linspace(0, 1, len(quantiles))
    below = np.interp(values, quantiles, steps)
    above = -np.interp(-values, -quantiles[::-1], -steps[::-1])
    return np.where(np.isnan(values), np.nan, (below + above) / 2)


STEP = Scale
