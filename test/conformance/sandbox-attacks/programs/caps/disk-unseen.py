"""Files that have lost their name and are still open."""

import os
import time


def main(arguments):
    keep = []
    for number in range(100):
        file = open(f"tmp/{number}", "wb")
        os.remove(f"tmp/{number}")
        file.write(bytes(4 << 20))
        file.flush()
        keep.append(file)
        time.sleep(0.02)
    time.sleep(60)
