"""The event channel: JSON lines on file descriptor 3, or on standard output where 3 is not open."""

from __future__ import annotations

import fcntl
import json
import os
from typing import Literal

from .protocol import MeasureMessage, RunnerMessage, VerifyMessage

EVENT_DESCRIPTOR = 3


class Channel:
    """Writes whole lines in order. Only the process that opened it may write."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = event_descriptor() if descriptor is None else descriptor

    def emit(self, message: RunnerMessage | MeasureMessage | VerifyMessage) -> None:
        """Raises ValueError for a number that is not finite: such a message is a defect."""
        line = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        rest = memoryview(f"{line}\n".encode("utf-8", "replace"))
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def log(self, severity: Literal["INFO", "WARNING", "ERROR"], message: str) -> None:
        self.emit({"type": "log", "severity": severity, "message": message})


def event_descriptor() -> int:
    try:
        mode = fcntl.fcntl(EVENT_DESCRIPTOR, fcntl.F_GETFL) & os.O_ACCMODE
    except OSError:
        return 1
    return EVENT_DESCRIPTOR if mode in (os.O_WRONLY, os.O_RDWR) else 1
