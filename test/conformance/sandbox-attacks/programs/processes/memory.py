"""Memory of the processes above this one and of the server, read and written."""

import ctypes
import json
import os

from fake_runner.attempts import attempt, syscall


def main(arguments):
    target = json.loads(arguments[0])
    here = ctypes.create_string_buffer(b"attack", 64)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(here), 6)
    for process in {os.getppid(), 1, target["server"], target["witness"], *target["neighbour"]["processes"]}:
        if process == os.getpid():
            continue
        for name in ("mem", "maps", "smaps", "pagemap", "map_files", "auxv", "syscall", "personality"):
            path = f"/proc/{process}/{name}"
            attempt(path, lambda path=path: os.listdir(path) if path.endswith("files") else opened(path))
        for number in ((310, 270), (311, 271)):
            attempt(
                f"call {number} {process}",
                lambda p=process, n=number: syscall(n, p, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0),
            )
        attempt(f"advise {process}", lambda p=process: syscall((440, 440), os.pidfd_open(p), 0, 0, 21, 0))


def opened(path):
    """The parent's list of mappings may be read where no namespace hides it; it holds nothing but addresses."""
    if path == f"/proc/{os.getppid()}/maps" or path == f"/proc/{os.getppid()}/smaps":
        return None
    with open(path, "rb") as file:
        return file.read(1)
