"""Text without end."""

import os


def main(arguments):
    while True:
        os.write(1, b"flood" * 10000)
        os.write(2, b"\xff\x00" * 10000)
