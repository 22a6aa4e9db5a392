"""Memory in one shared mapping after another, and in a child that touches them."""

import mmap
import os
import time


def main(arguments):
    keep = []
    for number in range(64):
        area = mmap.mmap(-1, 16 << 20)
        keep.append(area)
        if os.fork() == 0:
            for offset in range(0, len(area), 4096):
                area[offset] = 1
            os._exit(0)
        os.wait()
        time.sleep(0.03)
    time.sleep(60)
