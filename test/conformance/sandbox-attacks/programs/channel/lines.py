"""Lines without end, faster than anybody reads."""

import os


def main(arguments):
    block = b'{"type":"progress","fraction":1}\n' * 1000
    while True:
        os.write(3, block)
