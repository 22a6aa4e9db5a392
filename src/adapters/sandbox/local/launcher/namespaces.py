"""Tier 'namespaces': users, processes, mounts, network, IPC and host name of the job's own."""

import os

from . import kernel
from .kernel import MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC
from .request import Request, python_directories

JOB = "/job"
SHARED_MEMORY_BYTES = 64 * 1024**2
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
SETTINGS = ["/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types"]
HARDWARE = ["/sys/devices/system/cpu", "/sys/devices/system/node"]
DEVICES = ["null", "zero", "full", "random", "urandom"]
# what /proc tells of the whole host although its processes are hidden
MASKED = [
    "kallsyms",
    "kcore",
    "keys",
    "key-users",
    "kmsg",
    "latency_stats",
    "modules",
    "sched_debug",
    "slabinfo",
    "sysrq-trigger",
    "timer_list",
    "vmallocinfo",
]
NOBODY = 65534


def separate() -> None:
    """Leaves the host's namespaces; the next child is process 1 of the new ones."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(
        kernel.CLONE_NEWUSER
        | kernel.CLONE_NEWNS
        | kernel.CLONE_NEWPID
        | kernel.CLONE_NEWNET
        | kernel.CLONE_NEWIPC
        | kernel.CLONE_NEWUTS
        | kernel.CLONE_NEWCGROUP
    )
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} {user} 1")
    _write("/proc/self/gid_map", f"{NOBODY} {group} 1")


def build_root(request: Request) -> None:
    """Gives process 1 a root of nothing but what a job needs, read-only up to its work directory."""
    kernel.mount("none", "/", None, MS_REC | MS_PRIVATE)
    root = f"{request.base}/root"
    kernel.mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=512,mode=0755")
    for path in SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), root + path)
        else:
            _bind(path, root)
    for path in SETTINGS + HARDWARE + python_directories():
        _bind(path, root)
    _devices(root)
    os.makedirs(f"{root}/proc")
    kernel.mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    for name in MASKED:
        if os.path.exists(f"{root}/proc/{name}"):
            kernel.mount("/dev/null", f"{root}/proc/{name}", None, MS_BIND)
    os.mkdir(root + JOB)
    for name in ("work", "input"):
        target = f"{root}{JOB}/{name}"
        os.mkdir(target)
        kernel.mount(f"{request.base}/{name}", target, None, MS_BIND | MS_REC)
    kernel.make_read_only(f"{root}{JOB}/input")
    if not os.path.exists(f"{root}/tmp"):
        os.symlink(f"{JOB}/work/tmp", f"{root}/tmp")
    _write(f"{root}/etc/passwd", f"job:x:{NOBODY}:{NOBODY}::{JOB}/work:/bin/sh\n")
    os.chdir(root)
    kernel.pivot_root_here()
    kernel.mount(None, "/", None, kernel.MS_REMOUNT | MS_BIND | kernel.MS_RDONLY | MS_NOSUID | MS_NODEV)


def _devices(root: str) -> None:
    os.makedirs(f"{root}/dev/shm")
    for name in DEVICES:
        _write(f"{root}/dev/{name}", "")
        kernel.mount(f"/dev/{name}", f"{root}/dev/{name}", None, MS_BIND)
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    options = f"size={SHARED_MEMORY_BYTES},nr_inodes=4096,mode=1777"
    kernel.mount("tmpfs", f"{root}/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def _bind(path: str, root: str) -> None:
    target = root + path
    if not os.path.exists(path) or os.path.exists(target):
        return
    if os.path.isdir(path):
        os.makedirs(target)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _write(target, "")
    kernel.mount(path, target, None, MS_BIND | MS_REC)
    kernel.make_read_only(target)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
