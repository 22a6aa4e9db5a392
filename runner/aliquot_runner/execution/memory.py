"""How much memory the job's processes use together, and how much one of them may have."""

from __future__ import annotations

import os
import re
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

SHARE_OF_LIMIT = 0.92
LEAST_CAP_BYTES = 32 * 1024**2
OUT_OF_MEMORY_WORDS = re.compile(r"bad.?alloc|unable to allocate|cannot allocate|out of memory", re.IGNORECASE)
"""Of the libraries, where a request for memory was refused."""


class ProcessMemory:
    """Measures by /proc. Where a job cannot look at its own children there, each has an equal share, which the kernel
    holds it to; where there is no /proc, the sandbox's cap alone holds.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes * SHARE_OF_LIMIT
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._sees_others = self._resident(os.getppid()) > 0

    def room(self) -> int:
        """Bytes that all children together may have of their own."""
        return int(self._limit) - self._resident(os.getpid())

    def cap(self, processes: int) -> int | None:
        """What the kernel may grant one of so many children as its data, with what it has from its parent.

        A child that asks for more is refused at once: no watcher is as quick as a large request.
        """
        inherited = _data_bytes()
        if inherited is None:
            return None
        room = self.room() if self._sees_others else self.room() // processes
        return inherited + max(room, LEAST_CAP_BYTES)

    def told(self, processes: int) -> str:
        """How it is held, for people."""
        room = told_bytes(max(self.room(), LEAST_CAP_BYTES))
        if _data_bytes() is None:
            return "This host cannot be asked what a process uses: the sandbox alone holds the job to its limit."
        if self._sees_others:
            return f"Fits have {room} together: they are watched, and the kernel refuses more to any one of them."
        return f"Fits have {room}, the kernel holds each to its share: 1 of {processes}."

    def over_limit(self, children: Mapping[str, int], needs: Mapping[str, int]) -> str | None:
        """When all together are over the limit: the child that is farthest above what it was thought to need.

        Pages shared since the fork count once.
        """
        extra = {name: self.extra(process) for name, process in children.items()}
        if not extra or sum(extra.values()) <= self.room():
            return None
        return max(extra, key=lambda name: extra[name] - needs.get(name, 0))

    def extra(self, process: int) -> int:
        return max(0, self._resident(process) - self._resident(os.getpid()))

    def _resident(self, process: int) -> int:
        try:
            return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * self._page
        except (OSError, ValueError, IndexError):
            return 0


def hold_to(cap: int | None) -> None:
    """In the child: its cap, and the first place when the kernel has to end somebody."""
    if cap is not None:
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        cap = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (cap, hard))
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        # Inside a sandbox this is done from outside.
        return


def told_bytes(count: int) -> str:
    """For people."""
    return f"{max(0, count) / 1024**3:.1f} GB" if count >= 1024**3 / 10 else f"{max(0, count) / 1024**2:.0f} MB"


def _data_bytes() -> int | None:
    if sys.platform != "linux":
        return None
    try:
        found = re.search(r"^VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
