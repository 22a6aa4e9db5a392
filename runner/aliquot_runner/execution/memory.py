"""How much memory the job's processes use together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SHARE_OF_LIMIT = 0.92


class ProcessMemory:
    """Measures by /proc; where there is none, nothing is ever over the limit and the sandbox's cap alone holds."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes * SHARE_OF_LIMIT
        self._page = os.sysconf("SC_PAGE_SIZE")

    def over_limit(self, children: Mapping[str, int]) -> str | None:
        """Name of the largest child when all together are over the limit. Pages shared since the fork count once."""
        own = self._resident(os.getpid())
        extra = {name: max(0, self._resident(process) - own) for name, process in children.items()}
        if not extra or own + sum(extra.values()) <= self._limit:
            return None
        return max(extra, key=lambda name: extra[name])

    def _resident(self, process: int) -> int:
        try:
            return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * self._page
        except (OSError, ValueError, IndexError):
            return 0
