"""Configurations worth trying on any table, in the order in which they help an ensemble most for their cost.

The order is learned by bench/portfolio on tables that the product is not judged by; see docs/portfolio.md.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .families.base import Scalar
from .protocol import TaskType

FILE = Path(__file__).with_name("portfolio.json")


@dataclass(frozen=True)
class Entry:
    """`parameters`: what differs from the defaults of the algorithm."""

    algorithm: str
    parameters: Mapping[str, Scalar]


@functools.cache
def portfolio(task: TaskType) -> tuple[Entry, ...]:
    """The best one first. An algorithm's first entry may be its defaults."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Entry(entry["algorithm"], entry["parameters"]) for entry in document[task])
