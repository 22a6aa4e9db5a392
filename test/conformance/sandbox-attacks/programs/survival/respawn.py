"""Two families that start each other anew as fast as they are ended."""

import ctypes
import os
import signal

from fake_runner.attempts import LIBC


def main(arguments):
    LIBC.prctl(36, ctypes.c_ulong(1), 0, 0, 0)  # orphans come to this process
    for _ in range(4):
        if os.fork() == 0:
            respawn()
    os._exit(0)


def respawn():
    LIBC.prctl(1, ctypes.c_ulong(0), 0, 0, 0)  # the end of the parent ends nothing
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.setsid()
    while True:
        try:
            if os.fork():
                os._exit(0)
            os.setsid()
        except OSError:
            pass
