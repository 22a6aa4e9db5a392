"""The job of the self-test: really tries what a job in a box must not be able to do."""

import socket

from aliquot_launcher.self_test import attempt, fork_past_the_cap, unknown_variables

OUTSIDE = [("1.1.1.1", 443), ("8.8.8.8", 53)]
ATTEMPTS = 4096


def main(arguments: list[str]) -> int:
    if arguments[0] == "fork":
        fork_past_the_cap(ATTEMPTS)
        return 0
    for address in OUTSIDE:
        attempt(f"reach {address[0]}", lambda address=address: socket.create_connection(address, 2))
    attempt("resolve a name", lambda: socket.getaddrinfo("example.org", 443))
    attempt("read a variable of the server", unknown_variables)
    attempt("write to an input", lambda: open("in/planted", "w").write("x"))
    attempt("add an input", lambda: open("in/unwanted", "w").write("x"))
    return 0
