"""The search space of an algorithm: that of the catalogue with what the user wishes laid over it."""

from __future__ import annotations

import math
from dataclasses import replace

from .errors import RunnerError
from .families.base import Dimension, Family
from .protocol import SearchDimension, TrainSpec


def space_of(family: Family, spec: TrainSpec) -> dict[str, Dimension]:
    """Raises RunnerError SPEC_INVALID that names the dimension and what is wrong with it."""
    wished = spec.get("searchSpace", {}).get(family.key, {})
    unknown = sorted(set(wished) - set(family.space))
    if unknown:
        known = ", ".join(family.space) or "none"
        raise RunnerError("SPEC_INVALID", f"{family.label} has no dimension {unknown[0]}; it has: {known}.")
    return {
        name: _laid_over(f"{family.label}, {name}", dimension, wished[name]) if name in wished else dimension
        for name, dimension in family.space.items()
    }


def _laid_over(place: str, dimension: Dimension, wish: SearchDimension) -> Dimension:
    if dimension.kind == "CHOICE":
        choices = tuple(wish.get("choices", ()))
        if "low" in wish or "high" in wish or not choices or any(one not in dimension.choices for one in choices):
            raise RunnerError("SPEC_INVALID", f"{place}: give choices out of {list(dimension.choices)}.")
        return replace(dimension, choices=choices)
    if "choices" in wish:
        raise RunnerError("SPEC_INVALID", f"{place}: give low and high in place of choices.")
    low, high = float(wish.get("low", dimension.low)), float(wish.get("high", dimension.high))
    least, most = dimension.limits
    if not (math.isfinite(low) and math.isfinite(high) and least <= low <= high <= most):
        limits = f"{least:g} <= low <= high <= {most:g}"
        raise RunnerError("SPEC_INVALID", f"{place}: give {limits}, not {low:g} and {high:g}.")
    if dimension.kind == "INTEGER" and (low != int(low) or high != int(high)):
        raise RunnerError("SPEC_INVALID", f"{place}: give whole numbers.")
    return replace(dimension, low=low, high=high)
