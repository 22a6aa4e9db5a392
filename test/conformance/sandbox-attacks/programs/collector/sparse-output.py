"""Output that is huge in size and nothing in blocks."""

import os


def main(arguments):
    for number in range(200):
        try:
            with open(f"out/{number}", "wb") as file:
                file.truncate(40 << 20)
        except OSError as fault:
            print(fault)
            break
    for number in range(300):
        open(f"out/small{number}", "w").close()
