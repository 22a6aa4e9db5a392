"""Shared memory of the host: what lies there, and something of one's own."""

import json
import os

from fake_runner.attempts import attempt


def main(arguments):
    target = json.loads(arguments[0])
    shared = f"/dev/shm/{target['mark']}-shared"
    attempt("list", lambda: [name for name in os.listdir("/dev/shm") if target["mark"] in name] or None)
    attempt("read", lambda: open(shared).read())
    attempt("write", lambda: open(shared, "r+").write("x"))
    attempt("remove", lambda: os.remove(shared) or "removed")
    attempt("links", lambda: (os.symlink(target["planted"], "/dev/shm/link"), open("/dev/shm/link").read())[1])
    try:
        with open(f"/dev/shm/{target['mark']}-left", "w") as file:
            file.write("left")
    except OSError:
        pass
