"""Files that move between directories while they are counted."""

import os
import time


def main(arguments):
    for place in ("tmp/a", "tmp/b"):
        os.makedirs(place)
    if os.fork() == 0:
        while True:
            for source, target in (("tmp/a", "tmp/b"), ("tmp/b", "tmp/a")):
                for name in os.listdir(source):
                    os.rename(f"{source}/{name}", f"{target}/{name}")
    for number in range(400):
        with open(f"tmp/a/{number}", "wb") as file:
            file.write(bytes(1 << 20))
        time.sleep(0.01)
    time.sleep(60)
