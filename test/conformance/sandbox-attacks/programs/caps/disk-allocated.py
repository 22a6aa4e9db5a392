"""Disk space that is reserved in one moment instead of written."""

import os
import time


def main(arguments):
    keep = []
    for number in range(2000):
        file = os.open(f"tmp/{number}", os.O_CREAT | os.O_RDWR)
        keep.append(file)
        try:
            os.posix_fallocate(file, 0, 40 << 20)
        except OSError as fault:
            print(fault)
            break
    time.sleep(60)
