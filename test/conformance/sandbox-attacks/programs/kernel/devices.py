"""Devices: those that are there, and made ones."""

import os
import stat

from fake_runner.attempts import attempt

ALLOWED = {"null", "zero", "full", "random", "urandom"}


def main(arguments):
    for name in (
        "kmsg",
        "mem",
        "kvm",
        "fuse",
        "net/tun",
        "vda",
        "sda",
        "loop0",
        "loop-control",
        "tty",
        "console",
        "ptmx",
        "rtc0",
        "watchdog",
        "mapper/control",
        "snd/seq",
        "vhost-vsock",
        "userfaultfd",
        "uinput",
        "hwrng",
        "vsock",
    ):
        attempt(name, lambda name=name: os.close(os.open(f"/dev/{name}", os.O_RDWR | os.O_NONBLOCK)) or "opened")
    for name in os.listdir("/dev") if readable("/dev") else []:
        kind = os.lstat(f"/dev/{name}").st_mode
        if (stat.S_ISBLK(kind) or stat.S_ISCHR(kind)) and name not in ALLOWED:
            attempt(
                f"found {name}",
                lambda name=name: os.close(os.open(f"/dev/{name}", os.O_RDONLY | os.O_NONBLOCK)) or "opened",
            )
    for place in ("tmp", "out", "/dev/shm"):
        for kind in (stat.S_IFBLK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK):
            attempt(
                f"make {kind:o} in {place}",
                lambda p=place, k=kind: os.mknod(f"{p}/made", k | 0o666, os.makedev(8, 0)) or "made",
            )
        attempt(f"make a pipe in {place}", lambda place=place: os.mkfifo(f"{place}/pipe") or "made")


def readable(path):
    try:
        return bool(os.listdir(path))
    except OSError:
        return False
