"""One line without end, and bytes that are no text."""

import os


def main(arguments):
    os.write(3, b"\xff\xfe\x00\x80\n\n\n")
    while True:
        os.write(3, b"x" * 65536)
