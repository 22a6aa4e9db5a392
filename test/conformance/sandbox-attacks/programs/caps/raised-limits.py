"""Limits lifted again, and a better place in the queue for processor and memory."""

import os
import resource
import subprocess

from fake_runner.attempts import attempt, syscall


def main(arguments):
    for name in ("CPU", "FSIZE", "NOFILE", "NPROC", "MEMLOCK", "CORE", "MSGQUEUE", "RTPRIO", "NICE"):
        kind = getattr(resource, f"RLIMIT_{name}", {"RTPRIO": 14, "NICE": 13}.get(name))
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            attempt(f"raise {name}", lambda k=kind, h=hard: resource.setrlimit(k, (h + 1, h + 1)) or "raised")
            attempt(f"lift {name}", lambda k=kind: resource.setrlimit(k, (-1, -1)) or "lifted")
    attempt("priority", lambda: os.nice(-5))
    attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "set")
    attempt("first to live", lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
    attempt(
        "in a child", lambda: None if subprocess.run(["bash", "-c", "ulimit -u unlimited"]).returncode else "lifted"
    )
    attempt("lock memory", lambda: syscall((151, 230), 3))
