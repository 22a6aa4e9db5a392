"""Connections by TCP, UDP and DNS, local and beyond, and sockets of other programs."""

import json
import ctypes
import socket

from fake_runner.attempts import LIBC, attempt


def datagram(path):
    """A pair of datagram sockets can be aimed at any path."""
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return one.sendto(b"x", path)


def aim_stream(path):
    one, _ = socket.socketpair()
    address = ctypes.create_string_buffer(b"\1\0" + path.encode() + b"\0")
    result = LIBC.connect(one.fileno(), address, len(address))
    return None if result < 0 else result


def main(arguments):
    target = json.loads(arguments[0])
    port = target["port"]
    attempt("tcp 4", lambda: socket.create_connection(("127.0.0.1", port), 1))
    attempt("tcp 6", lambda: socket.create_connection(("::1", port), 1))
    attempt("any interface", lambda: socket.create_connection((socket.gethostname(), port), 1))
    attempt("outside", lambda: socket.create_connection(("1.1.1.1", 53), 1))
    attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)))
    attempt("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
    attempt("vsock", lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
    attempt("name", lambda: socket.getaddrinfo("example.org", 80))
    attempt("listen", lambda: socket.create_server(("127.0.0.1", 0)))
    for path in (target["socket"], "\0" + target["abstract"]):
        attempt(f"socket {path!r}", lambda path=path: socket.socket(socket.AF_UNIX).connect(path) or "connected")
    attempt("datagram", lambda: datagram(target["socket"]))
    attempt("aimed pair", lambda: aim_stream(target["socket"]))
