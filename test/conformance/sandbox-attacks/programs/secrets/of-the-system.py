"""Files in which hosts keep their secrets, and where containers and clouds are given theirs."""

import glob
import json
import os
import sys

from fake_runner.attempts import attempt

PLACES = """
/etc/shadow /etc/sudoers /etc/ssh/ssh_host_* /etc/resolv.conf /etc/hosts /etc/hostname /etc/machine-id /etc/passwd-
/root/.* /root/* /home/*/.ssh/* /home/* /var/log/* /var/lib/* /var/spool/* /run/secrets/* /var/run/secrets/*/*/*
/proc/kallsyms /proc/kmsg /proc/kcore /proc/keys /proc/key-users /proc/1/environ /proc/cmdline /proc/config.gz
/proc/sysvipc/* /proc/net/tcp /proc/net/unix /proc/timer_list /proc/slabinfo /proc/vmallocinfo /proc/modules
/sys/kernel/debug/* /sys/kernel/security/* /sys/firmware/* /boot/* /var/cache/* /opt/* /srv/* /mnt/* /media/*
""".split()
# with namespaces of its own a job sees its own network and IPC, which are empty
EMPTY = ("/proc/sysvipc/", "/proc/net/")
PYTHON = (sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix))
HARMLESS = ("/proc/cmdline", "/proc/modules", "/proc/config.gz")


def main(arguments):
    secret = json.loads(arguments[0])["secret"]
    for place in PLACES:
        for path in glob.glob(place):
            attempt(path, lambda path=path: judged(path, secret))


def judged(path, secret):
    if os.path.isdir(path):
        return None if any(place.startswith(path) for place in PYTHON) else os.listdir(path) or None
    with open(path, "rb") as file:
        text = file.read(100_000)
    if path.startswith(EMPTY):
        return None if len(text.splitlines()) <= 1 else text
    if path in HARMLESS:
        return None
    return text[:200] or None
