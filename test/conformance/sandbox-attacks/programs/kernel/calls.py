"""Ways to more rights and parts of the kernel that no job needs."""

import ctypes
import os

from fake_runner.attempts import attempt, syscall

CALLS = {
    "unshare user": ((272, 97), 0x10000000),
    "unshare mount": ((272, 97), 0x20000),
    "clone user": ((56, 220), 0x10000000 | 17, 0, 0, 0, 0),
    "clone3": ((435, 435), 0, 0),
    "setns": ((308, 268), 3, 0),
    "chroot": ((161, 51), b"."),
    "mount": ((165, 40), b"none", b"tmp", b"tmpfs", 0, 0),
    "open_tree": ((428, 428), -100, b"/", 1),
    "fsopen": ((430, 430), b"tmpfs", 0),
    "io_uring": ((425, 425), 8, ctypes.create_string_buffer(256)),
    "bpf": ((321, 280), 0, ctypes.create_string_buffer(128), 128),
    "perf": ((298, 241), ctypes.create_string_buffer(128), 0, -1, -1, 0),
    "userfaultfd": ((323, 282), 1),
    "keyctl": ((250, 219), 0, -3, 1),
    "memfd": ((319, 279), b"x", 0),
    "kexec": ((246, 104), 0, 0, 0, 0),
    "module": ((175, 105), 0, 0, b""),
    "personality": ((135, 92), 0x0040000),
    "shmget": ((29, 194), 0x41544B, 4096, 0o1666),
    "msgget": ((68, 186), 0x41544B, 0o1666),
    "semget": ((64, 190), 0x41544B, 1, 0o1666),
    "mq_open": ((240, 180), b"attack", 0o102, 0o666, 0),
    "name_to_handle": (
        (303, 264),
        -100,
        b"/usr",
        ctypes.create_string_buffer(b"\x80", 256),
        ctypes.byref(ctypes.c_int()),
        0,
    ),
    "mknod": ((259, 33), -100, b"out/disk", 0o60666, 0xFE00),
}


def main(arguments):
    for name, (numbers, *arguments) in CALLS.items():
        attempt(name, lambda n=numbers, a=arguments: syscall(n, *a))
    attempt("root", lambda: os.setuid(0) or "set")
    attempt("root id", lambda: os.getuid() == 0 or None)
    attempt("group", lambda: os.setgroups([0]) or "set")
    attempt("descriptors", lambda: [n for n in range(4, 256) if is_open(n)] or None)
    status = dict(line.split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
    attempt("capabilities", lambda: int(status["CapEff"], 16) or None)
    attempt("privileges", lambda: None if status["NoNewPrivs"].strip() == "1" else "new ones")
    attempt("oom score", lambda: open("/proc/self/oom_score_adj", "w").write("-500"))
    for path in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount"):
        if os.path.exists(path):
            command = f"{path} --help >/dev/null 2>&1; id -u"
            attempt(path, lambda c=command: (os.popen(c).read().strip() == "0") or None)


def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False
