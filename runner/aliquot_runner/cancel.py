"""SIGTERM means: stop, keep the best so far."""

from __future__ import annotations

import os
import signal
from types import FrameType


class Cancellation:
    """`wake` becomes readable when a signal comes. To be made in the main thread."""

    def __init__(self) -> None:
        self.requested = False
        self.wake, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._handle)

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        self.requested = True
