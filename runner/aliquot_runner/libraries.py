"""Versions of what a result depends on."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

from .registry import families

ALWAYS = ("numpy", "pandas", "pyarrow")


def library_versions(algorithms: Iterable[str] | None = None) -> dict[str, str]:
    """By name: Python, what reads the data, and what the algorithms, or all of them, are made of, as far as it is
    installed.
    """
    keys = families() if algorithms is None else algorithms
    found = {"python": platform.python_version()}
    for name in sorted({*ALWAYS, *(name for key in keys for name in families()[key].packages)}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def changed_libraries(made_with: Mapping[str, str]) -> str:
    """A sentence about what is not the same here."""
    here = library_versions()
    changed = [
        f"{name} {wanted} (here {here.get(name, 'none')})"
        for name, wanted in made_with.items()
        if here.get(name) != wanted
    ]
    if not changed:
        return "The libraries are those that it was made with: its files or this machine are at fault."
    return f"It was made with {', '.join(changed)}."
