"""Namespaces of one's own, in which one would be root, and those of others."""

import ctypes
import glob
import os

from fake_runner.attempts import attempt, syscall

KINDS = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000, "ipc": 0x8000000,
         "uts": 0x4000000, "cgroup": 0x2000000, "time": 0x80}  # fmt: skip


def main(arguments):
    for name, flag in KINDS.items():
        attempt(f"unshare {name}", lambda f=flag: syscall((272, 97), f))
        attempt(f"unshare user and {name}", lambda f=flag: syscall((272, 97), f | KINDS["user"]))
        if name != "time":
            attempt(f"clone {name}", lambda f=flag: child(syscall((56, 220), f | 17, 0, 0, 0, 0)))
            attempt(
                f"clone user and {name}", lambda f=flag: child(syscall((56, 220), f | KINDS["user"] | 17, 0, 0, 0, 0))
            )
    arguments = ctypes.create_string_buffer(KINDS["user"].to_bytes(8, "little") + bytes(80), 88)
    attempt("clone3", lambda: child(syscall((435, 435), arguments, 88)))
    for path in glob.glob("/proc/*/ns/*"):
        attempt(f"enter {path}", lambda path=path: syscall((308, 268), os.open(path, os.O_RDONLY), 0))
    for name in ("uid_map", "gid_map", "setgroups"):
        attempt(name, lambda name=name: open(f"/proc/self/{name}", "w").write("0 0 1"))


def child(process):
    if process == 0:
        os._exit(0)
    return process
