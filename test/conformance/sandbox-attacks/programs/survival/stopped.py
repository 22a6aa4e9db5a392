"""Children that are stopped, so that no signal but the last one is heard."""

import os
import signal
import time


def main(arguments):
    for _ in range(6):
        if os.fork() == 0:
            os.setsid()
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(300)
    os.kill(os.getpid(), signal.SIGSTOP)
