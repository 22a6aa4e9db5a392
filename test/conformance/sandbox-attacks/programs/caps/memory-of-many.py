"""Memory in many small children."""

import os
import time


def main(arguments):
    for _ in range(10):
        if os.fork() == 0:
            keep = bytearray(os.urandom(1 << 20) * 60)
            time.sleep(60 + len(keep) * 0)
            os._exit(0)
    time.sleep(60)
