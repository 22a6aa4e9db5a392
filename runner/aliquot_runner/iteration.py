"""What a fit in a process of its own says of its iterations: the last one only, in a file of sixteen bytes."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable
from pathlib import Path

from .training import Trial

RECORD = struct.Struct("<qd")


def teller(scratch: Path, trial: Trial, fold: int) -> Callable[[int, float], None]:
    """To be called with the number of an iteration, from 1, and its loss."""
    descriptor: int | None = None

    def tell(number: int, loss: float) -> None:
        nonlocal descriptor
        if descriptor is None:
            descriptor = os.open(_path(scratch, trial, fold), os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(descriptor, RECORD.pack(number, loss), 0)

    return tell


def last(scratch: Path, trial: Trial, fold: int) -> tuple[int, float] | None:
    try:
        number, loss = RECORD.unpack(_path(scratch, trial, fold).read_bytes())
    except (OSError, struct.error):
        return None
    return (number, loss) if number > 0 and math.isfinite(loss) else None


def forget(scratch: Path, trial: Trial, fold: int) -> None:
    _path(scratch, trial, fold).unlink(missing_ok=True)


def _path(scratch: Path, trial: Trial, fold: int) -> Path:
    return scratch / f"iteration-{trial.algorithm}-{trial.number}-{fold}"
