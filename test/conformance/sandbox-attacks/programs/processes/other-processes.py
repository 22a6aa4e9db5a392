"""Environment, memory and descriptors of the server's processes."""

import json
import ctypes
import os

from fake_runner.attempts import attempt, syscall


def main(arguments):
    target = json.loads(arguments[0])
    attempt("variables", lambda: [name for name in os.environ if "SECRET" in name] or None)
    for process in (target["witness"], target["server"], os.getppid(), 1):
        for name in ("environ", "maps", "mem", "fd/0", "stack"):
            path = f"/proc/{process}/{name}"
            if process == os.getppid() and name == "maps":
                continue
            attempt(f"{name} of {process}", lambda path=path: open(path, "rb").read(64) or None)
        attempt(f"ptrace {process}", lambda process=process: syscall((101, 117), 16, process, 0, 0))
        buffer = ctypes.create_string_buffer(8)
        vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
        attempt(
            f"process_vm_readv {process}",
            lambda process=process, vector=vector: syscall(
                (310, 270), process, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0
            ),
        )
        attempt(f"descriptor of {process}", lambda process=process: syscall((438, 438), os.pidfd_open(process), 0, 0))
    seen = []
    for process in range(2, 70000):
        try:
            with open(f"/proc/{process}/environ") as file:
                seen += [process] if target["secret"] in file.read() else []
        except OSError:
            pass
    attempt("search for the secret", lambda: seen or None)
