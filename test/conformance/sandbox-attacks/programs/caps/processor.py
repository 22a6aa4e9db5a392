"""Processor time in short-lived children that nobody waits for."""

import os
import signal
import time


def main(arguments):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        for _ in range(2):
            if os.fork() == 0:
                end = time.time() + 0.4
                while time.time() < end:
                    pass
                os._exit(0)
        time.sleep(0.4)
