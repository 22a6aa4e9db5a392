"""Disk space outside the work directory."""

import json
import time


def main(arguments):
    target = json.loads(arguments[0])
    keep = []
    for directory in ("/dev/shm", "/tmp", "/var/tmp", "/run", "/usr", "/job", "/"):
        for number in range(30):
            try:
                keep.append(open(f"{directory}/{target['mark']}{number}", "wb"))
                keep[-1].write(bytes(4 << 20))
                keep[-1].flush()
            except OSError as fault:
                print(directory, fault)
                break
    time.sleep(1)
