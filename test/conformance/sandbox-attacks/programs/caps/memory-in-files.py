"""Memory as files: in shared memory, without a name there, as memfd and as shared segments."""

import ctypes
import os
import time

from fake_runner.attempts import syscall


def main(arguments):
    keep = []
    for number in range(64):
        for make in (lambda: os.open(f"/dev/shm/{number}", os.O_CREAT | os.O_RDWR), hidden, memfd):
            try:
                descriptor = make()
                keep.append(descriptor)
                os.write(descriptor, bytes(8 << 20))
            except OSError:
                pass
        try:
            keep.append(syscall((29, 194), 0, 8 << 20, 0o1600))
        except OSError:
            pass
        time.sleep(0.02)
    print("kept", len(keep))
    time.sleep(2)


def hidden():
    return os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR)


def memfd():
    return syscall((319, 279), ctypes.c_char_p(b"x"), 0)
