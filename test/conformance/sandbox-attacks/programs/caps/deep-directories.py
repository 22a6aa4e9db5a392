"""Directories so deep that no path can name the files in them."""

import os
import time


def main(arguments):
    for _ in range(3000):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    for number in range(100):
        open(f"{number}", "wb").write(bytes(1 << 20))
    time.sleep(60)
