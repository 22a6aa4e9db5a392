"""Files that have lost both name and descriptor and are still mapped."""

import mmap
import os
import time


def main(arguments):
    keep = []
    for number in range(100):
        with open(f"tmp/{number}", "w+b") as file:
            file.write(bytes(4 << 20))
            file.flush()
            keep.append(mmap.mmap(file.fileno(), 0))
        os.remove(f"tmp/{number}")
        time.sleep(0.02)
    time.sleep(60)
