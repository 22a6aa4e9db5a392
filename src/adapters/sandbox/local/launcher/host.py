"""The warm process: imports the libraries once and forks a supervisor for each job.

Its standard input is its life line: `fork TOKEN` starts a job, the end of the stream ends this process.
It never sees a request: the supervisor fetches it itself, so that no job inherits another's.
"""

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys

from . import kernel, watch
from .supervisor import supervise

POLL_SECONDS = 0.5


def serve() -> None:
    """Takes its settings as the first line: `{"address", "directory", "server": its process id, "warm": module or null}`."""
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    buffer = bytearray()
    while b"\n" not in buffer:
        buffer += os.read(0, 65536) or sys.exit(0)
    first, _, rest = bytes(buffer).partition(b"\n")
    settings = json.loads(first)
    if settings["warm"] is not None:
        warm(settings["warm"])
    gc.collect()
    gc.freeze()
    os.write(1, b"ready\n")
    supervisors = relay(settings["address"], bytearray(rest))
    while supervisors:
        supervisors = reap(supervisors)
        select.select([], [], [], 0.02)
    if os.getppid() != settings["server"]:
        subprocess.run(["rm", "-rf", "--", settings["directory"]], check=False, env={"PATH": "/usr/bin:/bin"})


def warm(module: str) -> None:
    """Imports only: one parallel region before a fork would hang every job."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as fault:
        if not module.startswith(fault.name or ""):
            raise


def relay(address: str, buffer: bytearray) -> set[int]:
    supervisors: set[int] = set()
    while True:
        *lines, rest = bytes(buffer).split(b"\n")
        buffer = bytearray(rest)
        for line in lines:
            supervisors.add(start(address, line.decode().split(" ")[1]))
        supervisors = reap(supervisors)
        if select.select([0], [], [], POLL_SECONDS if supervisors else None)[0]:
            data = os.read(0, 65536)
            if not data:
                return supervisors
            buffer += data


def start(address: str, token: str) -> int:
    process = os.fork()
    if process:
        return process
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.setsid()
        supervise(address, token)
    except BaseException as fault:
        os.write(2, f"supervisor: {type(fault).__name__}: {fault}\n".encode())
    finally:
        os._exit(0)


def reap(supervisors: set[int]) -> set[int]:
    """A supervisor that was killed leaves its job to this process, which ends it."""
    left = set(supervisors)
    while True:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return set()
        if process == 0:
            break
        left.discard(process)
    for process in watch.children(os.getpid()):
        if process not in left:
            os.kill(process, signal.SIGKILL)
    return left
