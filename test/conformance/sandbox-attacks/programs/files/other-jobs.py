"""Directories of a job that runs at the same time: by their true paths and by way of /proc."""

import json
import os

from fake_runner.attempts import attempt


def main(arguments):
    target = json.loads(arguments[0])
    for path in target["neighbour"]["files"]:
        attempt(f"read {path}", lambda path=path: open(path).read())
        attempt(f"write {path}", lambda path=path: open(path, "a").write("x"))
        attempt(f"list above {path}", lambda path=path: os.listdir(os.path.dirname(path)))
        attempt(f"link {path}", lambda path=path: os.link(path, "out/stolen") or "linked")
        attempt(f"remove {path}", lambda path=path: os.remove(path) or "removed")
    for process in target["neighbour"]["processes"]:
        for name in ("cwd/in/secret", "root/job/work/in/secret", "environ", "cmdline", "maps"):
            path = f"/proc/{process}/{name}"
            attempt(path, lambda path=path: target["secret"] in open(path, "rb").read(4096).decode("latin1") or None)
    attempt("jobs beside this one", lambda: [name for name in os.listdir("../..") if name.startswith("test-")] or None)
