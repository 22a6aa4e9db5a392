"""Output files as many and as long as they go, so that collecting them fills the server."""

import time


def main(arguments):
    for number in range(1000):
        with open(f"out/{number:04d}", "wb") as file:
            file.write(b"x" * 100_000)
    time.sleep(0.2)
