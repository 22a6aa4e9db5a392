"""How many processors there are for this process: fewer than the machine has where a sandbox says so."""

from __future__ import annotations

import os


def usable_cores(otherwise: int) -> int:
    """`otherwise`: where the system does not tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else otherwise
