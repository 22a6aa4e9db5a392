"""Inodes instead of bytes."""

import time


def main(arguments):
    for number in range(10_000_000):
        open(f"tmp/{number}", "w").close()
    time.sleep(60)
