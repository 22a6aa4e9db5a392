"""User ids for jobs when the server runs as root: one id, one job at a time on this host."""

import fcntl
import os
import stat
from dataclasses import dataclass

from . import kernel

FIRST_USER = 65100
COUNT = 256
DIRECTORIES = ["/run/aliquot", "/dev/shm/aliquot", "/tmp/aliquot-slots"]


@dataclass(frozen=True)
class Slot:
    user: int
    lock: int
    """open descriptor that holds the slot until this process is gone"""

    def become(self) -> None:
        os.setgroups([])
        os.setresgid(self.user, self.user, self.user)
        os.setresuid(self.user, self.user, self.user)
        # reset by the change of user; without it the process may not write its own uid_map
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def take() -> Slot:
    """Takes a free id under which no process runs."""
    directory = _directory()
    busy = _users_with_processes()
    for user in range(FIRST_USER, FIRST_USER + COUNT):
        if user in busy:
            continue
        lock = os.open(f"{directory}/{user}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return Slot(user, lock)
        except OSError:
            os.close(lock)
    raise OSError(f"all {COUNT} user ids for jobs are taken")


def _directory() -> str:
    for path in DIRECTORIES:
        try:
            os.makedirs(path, mode=0o700, exist_ok=True)
            status = os.lstat(path)
        except OSError:
            continue
        if status.st_uid == 0 and stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o022:
            return path
    raise OSError(f"none of {', '.join(DIRECTORIES)} can be used")


def _users_with_processes() -> set[int]:
    users = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                users.add(os.stat(f"/proc/{name}").st_uid)
            except OSError:
                pass
    return users
