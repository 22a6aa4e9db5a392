"""Versions of what a result depends on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from .registry import families

ALWAYS = ("numpy", "pandas", "pyarrow")


def library_versions() -> dict[str, str]:
    """By name: Python, what reads the data, and what the algorithms are made of, as far as it is installed."""
    found = {"python": platform.python_version()}
    for name in sorted({*ALWAYS, *(name for family in families().values() for name in family.packages)}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
