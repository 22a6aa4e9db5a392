"""Typing into the terminal of whoever started the server."""

import fcntl
import os

from fake_runner.attempts import attempt


def main(arguments):
    for path in ("/dev/tty", "/dev/console", "/dev/ptmx", "/dev/pts/0", "/dev/tty0", "/proc/1/fd/0"):
        attempt(path, lambda path=path: os.open(path, os.O_RDWR | os.O_NOCTTY) and "opened")
    for descriptor in (0, 1, 2, 3):
        for name, request in (("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541C), ("TIOCSCTTY", 0x540E), ("TIOCSETD", 0x5423)):
            attempt(f"{name} {descriptor}", lambda d=descriptor, r=request: fcntl.ioctl(d, r, b"x") and "done")
        attempt(f"high bits {descriptor}", lambda d=descriptor: fcntl.ioctl(d, 0x5412 | 1 << 32, b"x") and "done")
    attempt("session", lambda: os.tcgetsid(0))
