"""Datagrams, names and broadcasts: nothing may leave, not even a question for a name."""

import json
import socket

from fake_runner.attempts import attempt


def main(arguments):
    port = json.loads(arguments[0])["port"]
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", port)),
        (socket.AF_INET6, ("::1", port)),
        (socket.AF_INET, ("8.8.8.8", 53)),
        (socket.AF_INET, ("224.0.0.251", 5353)),
        (socket.AF_INET, ("255.255.255.255", 9)),
        (socket.AF_INET, ("169.254.169.254", 80)),
    ):
        attempt(
            f"datagram to {address}", lambda f=family, a=address: socket.socket(f, socket.SOCK_DGRAM).sendto(b"x", a)
        )
    for name in ("example.org", "localhost.localdomain.test", "metadata.google.internal"):
        attempt(f"name {name}", lambda name=name: socket.getaddrinfo(name, 80))
        attempt(f"host {name}", lambda name=name: socket.gethostbyname(name))
    attempt("interfaces", lambda: [name for _, name in socket.if_nameindex() if name != "lo"] or None)
