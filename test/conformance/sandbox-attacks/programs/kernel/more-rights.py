"""Root by programs that grant it, by ids, by capabilities, and out of the filters."""

import ctypes
import glob
import os
import stat

from fake_runner.attempts import LIBC, attempt, syscall


def main(arguments):
    for name, action in {
        "setuid": lambda: os.setuid(0), "setgid": lambda: os.setgid(0), "setresuid": lambda: os.setresuid(0, 0, 0),
        "setreuid": lambda: os.setreuid(0, 0), "setgroups": lambda: os.setgroups([0]), "setfsuid": lambda: fsuid(),
        "other user": lambda: os.setuid(1000),
    }.items():  # fmt: skip
        if os.getuid() != 65534 or name not in ("setfsuid",):
            attempt(name, lambda action=action: action() or "set")
    attempt("privileges", lambda: LIBC.prctl(38, 0, 0, 0, 0) + 1 or None)
    attempt("secure bits", lambda: LIBC.prctl(28, 0x2F, 0, 0, 0) + 1 or None)
    attempt("ambient", lambda: LIBC.prctl(47, 2, 21, 0, 0) + 1 or None)
    attempt("no filter", lambda: LIBC.prctl(22, 0, 0, 0, 0) + 1 or None)
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    attempt("capabilities", lambda: syscall((126, 91), ctypes.byref(header), ctypes.byref(data)))
    for path in glob.glob("/usr/bin/*") + glob.glob("/usr/sbin/*") + glob.glob("/usr/lib/*/*"):
        try:
            mode = os.stat(path).st_mode
        except OSError:
            continue
        if mode & stat.S_ISUID and os.access(path, os.X_OK):
            attempt(path, lambda path=path: gains(path))


def fsuid():
    LIBC.setfsuid(0)
    return None if LIBC.setfsuid(-1) == 0 else failed()


def failed():
    raise PermissionError


def gains(path):
    """Whether a program with the set-uid bit really starts as root: told by its own status while it runs."""
    process = os.fork()
    if process == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.execv("/bin/sh", ["sh", "-c", f"{path} --version & cat /proc/$!/status > tmp/status 2>/dev/null; wait"])
    os.waitpid(process, 0)
    with open("tmp/status") as file:
        ids = [line.split()[1:] for line in file if line.startswith("Uid:")]
    return "root" if ids and "0" in ids[0] else None
