"""Children that have ended and that nobody reaps."""

import os
import time


def main(arguments):
    made = 0
    for _ in range(500):
        try:
            if os.fork() == 0:
                os._exit(0)
            made += 1
        except OSError:
            break
    print(made, flush=True)
    time.sleep(3)
