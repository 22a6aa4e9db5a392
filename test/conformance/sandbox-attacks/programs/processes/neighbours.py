"""A job that runs at the same time, maybe as the same user: ended, stopped, slowed or traced."""

import ctypes
import json
import os
import resource
import signal

from fake_runner.attempts import attempt, syscall


def main(arguments):
    for process in json.loads(arguments[0])["neighbour"]["processes"]:
        for number in (0, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
            attempt(f"signal {number} to {process}", lambda p=process, n=number: os.kill(p, n) or "sent")
        attempt(f"group of {process}", lambda p=process: os.killpg(p, signal.SIGKILL) or "sent")
        attempt(f"thread {process}", lambda p=process: syscall((234, 131), p, p, 9))
        attempt(f"queue to {process}", lambda p=process: syscall((129, 138), p, 9, ctypes.create_string_buffer(128)))
        attempt(f"descriptor {process}", lambda p=process: syscall((424, 424), os.pidfd_open(p), 9, 0, 0))
        attempt(f"trace {process}", lambda p=process: syscall((101, 117), 16, p, 0, 0))
        attempt(f"seize {process}", lambda p=process: syscall((101, 117), 0x4206, p, 0, 0))
        attempt(f"limits of {process}", lambda p=process: resource.prlimit(p, resource.RLIMIT_AS, (0, 0)) or "set")
        attempt(f"priority of {process}", lambda p=process: os.setpriority(os.PRIO_PROCESS, p, 19) or "set")
        attempt(f"choice of {process}", lambda p=process: open(f"/proc/{p}/oom_score_adj", "w").write("1000"))
    attempt("of the same user", lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19) or "set")
    attempt("be traced", lambda: syscall((101, 117), 0, 0, 0, 0))
