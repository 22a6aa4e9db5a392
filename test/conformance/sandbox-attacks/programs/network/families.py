"""Every family and type of socket that the kernel knows, by the library and by the bare call."""

import ctypes
import socket

from fake_runner.attempts import attempt, syscall


def main(arguments):
    for family in range(1, 46):
        for kind in (1, 2, 3, 5):
            attempt(f"socket {family} {kind}", lambda f=family, k=kind: syscall((41, 198), f, k, 0))
    for kind in (2, 5):
        attempt(f"pair {kind}", lambda k=kind: syscall((53, 199), 1, k, 0, ctypes.create_string_buffer(8)))
    attempt("server", lambda: socket.create_server(("0.0.0.0", 0)))
    attempt("server on version 6", lambda: socket.create_server(("::", 0), family=socket.AF_INET6))
