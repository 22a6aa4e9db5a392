"""Runs work in forked processes of this machine, each killed whenever the clock or the memory says so.

The process that forks does numpy only: one parallel region opened before a fork would hang the child.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ..errors import RunnerError
from ..protocol import FailureCode
from .memory import OUT_OF_MEMORY_WORDS, ProcessMemory, hold_to

Work = Callable[[Path], None]
MEMORY_CHECK_SECONDS = 0.1
NEEDED_MORE = "It needed more memory than the job has."


@dataclass(frozen=True)
class Ended:
    """`code` is None where the work succeeded and its folder is complete.

    `is_final`: it would not succeed alone either.
    """

    name: str
    folder: Path
    code: FailureCode | None
    message: str
    is_final: bool = False


@dataclass
class _Running:
    name: str
    folder: Path
    process: int
    pipe: int
    need: int
    out_of_memory: bool = False


class LocalPool:
    """`wake`: a descriptor that becomes readable when waiting should end at once (a signal came).

    `need`: bytes that a piece of work is thought to want of its own; 0 where that is little.
    """

    def __init__(self, memory_bytes: int, wake: int) -> None:
        self._running: dict[str, _Running] = {}
        self._memory = ProcessMemory(memory_bytes)
        self._wake = wake

    def running(self) -> list[str]:
        return list(self._running)

    def room(self) -> int:
        """Bytes that all work together may have."""
        return self._memory.room()

    def how_memory_is_held(self, at_a_time: int) -> str:
        return self._memory.told(at_a_time)

    def must_wait(self, need: int) -> bool:
        """Whether the work that is under way has to end before so much can be had beside it."""
        others = sum(entry.need for entry in self._running.values())
        return others > 0 and others + need > self.room()

    def start(self, name: str, folder: Path, work: Work, need: int = 0, at_a_time: int = 1) -> None:
        """Does `work` in a child, which fills a temporary folder that becomes `folder` when it is complete."""
        read, write = os.pipe()
        cap = self._memory.cap(at_a_time)
        process = os.fork()
        if process == 0:
            status = 1
            try:
                os.close(read)
                hold_to(cap)
                _in_child(folder, work)
                status = 0
            finally:
                os._exit(status)
        os.close(write)
        self._running[name] = _Running(name, folder, process, read, need)

    def wait(self, until: float) -> list[Ended]:
        """Returns what has ended; waits for it until that reading of `time.monotonic` or a signal."""
        while True:
            left = until - time.monotonic()
            pipes = [entry.pipe for entry in self._running.values()]
            readable, _, _ = select.select([*pipes, self._wake], [], [], max(0.0, min(left, MEMORY_CHECK_SECONDS)))
            ended = [self._reap(entry) for entry in list(self._running.values()) if entry.pipe in readable]
            if ended or left <= 0 or self._wake in readable:
                return ended
            self._keep_within_memory()

    def kill(self, name: str) -> None:
        entry = self._running.pop(name, None)
        if entry is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(entry.process, signal.SIGKILL)
            os.waitpid(entry.process, 0)
            os.close(entry.pipe)

    def kill_all(self) -> None:
        for name in self.running():
            self.kill(name)

    def _reap(self, entry: _Running) -> Ended:
        status = os.waitstatus_to_exitcode(os.waitpid(entry.process, 0)[1])
        os.close(entry.pipe)
        del self._running[entry.name]
        failure = entry.folder / "error.json"
        if failure.exists():
            told = json.loads(failure.read_text(encoding="utf-8"))
            return Ended(entry.name, entry.folder, cast(FailureCode, told["code"]), told["message"])
        if entry.folder.exists():
            return Ended(entry.name, entry.folder, None, "")
        # nobody but the kernel ends a process so that this pool has not ended itself
        if entry.out_of_memory or status == -signal.SIGKILL:
            return Ended(entry.name, entry.folder, "OUT_OF_MEMORY", NEEDED_MORE)
        return Ended(entry.name, entry.folder, "FIT_FAILED", f"Its process ended with status {status}.")

    def _keep_within_memory(self) -> None:
        running = self._running.values()
        glutton = self._memory.over_limit(
            {entry.name: entry.process for entry in running}, {entry.name: entry.need for entry in running}
        )
        if glutton is not None:
            self._running[glutton].out_of_memory = True
            os.kill(self._running[glutton].process, signal.SIGKILL)


def _in_child(folder: Path, work: Work) -> None:
    _die_with_parent()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    temporary = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        work(temporary)
    except RunnerError as error:
        _tell(temporary, error.code, error.message)
    except MemoryError:
        _tell(temporary, "OUT_OF_MEMORY", NEEDED_MORE)
    except Exception as error:
        if OUT_OF_MEMORY_WORDS.search(str(error)):
            _tell(temporary, "OUT_OF_MEMORY", NEEDED_MORE)
        else:
            _tell(temporary, "FIT_FAILED", f"{type(error).__name__}: {error}"[:500])
    temporary.rename(folder)


def _tell(folder: Path, code: FailureCode, message: str) -> None:
    (folder / "error.json").write_text(json.dumps({"code": code, "message": message}), encoding="utf-8")


def _die_with_parent() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
