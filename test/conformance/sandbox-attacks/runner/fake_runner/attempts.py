"""For the attack programs: tells the test what an attempt gave. Anything that succeeds is an escape."""

import ctypes
import json
import os
import platform

LIBC = ctypes.CDLL(None, use_errno=True)
COLUMN = 0 if platform.machine() == "x86_64" else 1


def attempt(name, action):
    """Reports what the action answers; an error or None means that it was stopped."""
    try:
        answer = action()
    except Exception as fault:
        print(f"{name}: {type(fault).__name__}: {fault}")
        return
    print(f"{name}: {answer!r}")
    if answer is not None:
        os.write(3, json.dumps({"escaped": name, "answer": repr(answer)[:500]}).encode() + b"\n")


def syscall(numbers, *arguments):
    """Numbers of x86_64 and aarch64; raises like the functions of `os`."""
    result = LIBC.syscall(ctypes.c_long(numbers[COLUMN]), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
