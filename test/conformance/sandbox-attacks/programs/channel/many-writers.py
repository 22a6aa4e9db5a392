"""Children that write events after their parent has ended."""

import os
import time


def main(arguments):
    for _ in range(4):
        if os.fork() == 0:
            os.setsid()
            while True:
                os.write(3, b"late\n")
                time.sleep(0.01)
    time.sleep(0.3)
    os._exit(0)
