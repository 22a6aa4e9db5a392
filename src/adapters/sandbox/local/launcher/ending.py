"""Ends every process of a job, and removes what it left."""

import os
import shutil
import signal
import subprocess
import time

from . import watch
from .slots import Slot

PATIENCE_SECONDS = 60


def reap_orphans(main: int) -> None:
    """Reaps what was orphaned in the job, but leaves the status of its main process for later."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid == main:
            return
        os.waitpid(ended.si_pid, 0)


def kill_all(main: int, slot: Slot | None) -> int | None:
    """Kills until no child is left: as the subreaper this process inherits all orphans of the job.

    Answers the wait status of the main process.
    """
    status = None
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        for process, _ in watch.descendants(os.getpid()):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if slot is not None:
            _kill_user(slot)
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                status = ended[1] if ended[0] == main else status
        except ChildProcessError:
            return status
        time.sleep(0.002)
    raise OSError("processes of the job cannot be killed")


def _kill_user(slot: Slot) -> None:
    """All processes of the job's user at once: nothing can fork faster than that."""
    helper = os.fork()
    if helper == 0:
        try:
            slot.become()
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    try:
        os.waitpid(helper, 0)
    except ChildProcessError:
        pass


def remove(directory: str) -> None:
    """Whatever the names, depths and modes below it; what an honest job leaves needs no other program."""
    try:
        shutil.rmtree(directory)
    except (OSError, RecursionError):
        pass
    for command in (["rm", "-rf", "--"], ["chmod", "-R", "u+rwx", "--"], ["rm", "-rf", "--"]):
        if os.path.lexists(directory):
            subprocess.run([*command, directory], stderr=subprocess.DEVNULL, check=False, env={"PATH": "/usr/bin:/bin"})


def remove_shared_memory(user: int) -> None:
    for path in watch.shared_memory_of(user):
        remove(path)
