"""Versions of what a result depends on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

NAMES = ("catboost", "lightgbm", "numpy", "pandas", "pyarrow", "scikit-learn", "skops", "xgboost", "xgboost-cpu")


def library_versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in NAMES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
