"""What the server says to a job that runs: a file beside the specification."""

from __future__ import annotations

import math
from pathlib import Path

EXTENSION = Path("in/extension")


def added_seconds() -> float:
    """Seconds by which the budget has grown since the start, all of them together."""
    try:
        seconds = float(EXTENSION.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
