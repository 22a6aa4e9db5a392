"""Shared memory that the process drops from its own tables: it stays, but no resident size shows it."""

import mmap
import time


def main(arguments):
    keep = []
    for _ in range(64):
        area = mmap.mmap(-1, 16 << 20)
        for offset in range(0, len(area), 4096):
            area[offset] = 1
        area.madvise(mmap.MADV_DONTNEED)
        keep.append(area)
        time.sleep(0.03)
    time.sleep(60)
