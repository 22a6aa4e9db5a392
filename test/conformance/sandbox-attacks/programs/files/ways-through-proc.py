"""Files of the server by the links that /proc has to roots, directories, descriptors and mapped files."""

import glob
import json
import os

from fake_runner.attempts import attempt


def main(arguments):
    target = json.loads(arguments[0])
    planted = target["planted"]
    for root in {*glob.glob("/proc/*/root"), *glob.glob("/proc/*/task/*/root"), "/proc/thread-self/root"}:
        attempt(f"{root}{planted}", lambda root=root: open(f"{root}{planted}").read())
    for link in {*glob.glob("/proc/*/cwd"), *glob.glob("/proc/*/fd/*")}:
        attempt(f"{link}/..", lambda link=link: open(f"{link}/{'../' * 16}{planted[1:]}").read())
    descriptor = os.open(".", os.O_RDONLY)
    for upwards in ("../" * 16 + planted[1:], planted):
        attempt(f"openat {upwards}", lambda path=upwards: os.read(os.open(path, os.O_RDONLY, dir_fd=descriptor), 64))
    attempt("change the root back", lambda: (os.fchdir(descriptor), os.chroot("."), os.chdir("../../../.."))[0])
