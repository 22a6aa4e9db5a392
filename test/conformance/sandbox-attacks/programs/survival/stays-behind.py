"""Daemons in sessions of their own that ignore every signal they can, and stop their relatives."""

import os
import signal
import time


def main(arguments):
    parent = os.getpid()
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for number in range(1, 65):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                os.kill(parent, signal.SIGSTOP)
                time.sleep(300)
            os._exit(0)
    time.sleep(300)
