"""Ending, stopping or slowing the server, its group, its session and everything else.

What could hit bystanders if it worked only asks whether it would: signal 0.
"""

import json
import os
import resource
import signal

from fake_runner.attempts import attempt, syscall


def main(arguments):
    target = json.loads(arguments[0])
    witness = target["witness"]
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
        attempt(f"signal {number}", lambda n=number: os.kill(witness, n) or "sent")
    attempt("by descriptor", lambda: syscall((424, 424), os.pidfd_open(witness), 9, 0, 0))
    attempt("group", lambda: os.killpg(witness, 9) or "sent")
    attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, witness, 19) or "set")
    attempt("processors", lambda: os.sched_setaffinity(witness, {0}) or "set")
    attempt("limits", lambda: resource.prlimit(witness, resource.RLIMIT_CPU, (0, 0)) or "set")
    attempt("server", lambda: os.kill(target["server"], 0) or "could")
    if os.getppid() > 1:
        attempt("parent", lambda: os.kill(os.getppid(), 0) or "could")
    if os.getpid() < 8 or os.getuid() == 64321 or 65100 <= os.getuid() < 65356:  # a namespace, or nobody else's user
        attempt("everything", lambda: os.kill(-1, signal.SIGKILL))
    os.kill(0, signal.SIGTERM)
