"""Files of the server: by path, by links, by way of /proc and of directories."""

import json
import os

from fake_runner.attempts import attempt


def read(path):
    with open(path) as file:
        return file.read()


def main(arguments):
    target = json.loads(arguments[0])
    planted, directory = target["planted"], target["directory"]
    attempt("by path", lambda: read(planted))
    attempt("upwards", lambda: read("../" * 12 + planted[1:]))
    attempt("list the directory", lambda: os.listdir(directory))
    attempt("list the directory of the jobs", lambda: os.listdir(f"{target['base']}"))
    attempt("symbolic link", lambda: (os.symlink(planted, "out/link"), read("out/link")))
    attempt("hard link", lambda: (os.link(planted, "out/hard"), read("out/hard")))
    attempt("rename", lambda: os.rename(planted, "out/renamed") or read("out/renamed"))
    for process in ("self", "1", str(os.getppid()), str(target["server"]), str(target["witness"])):
        attempt(f"root of {process}", lambda process=process: read(f"/proc/{process}/root{planted}"))
        attempt(f"directory of {process}", lambda process=process: os.listdir(f"/proc/{process}/cwd/{directory}"))
    attempt("path descriptor", lambda: os.open(planted, os.O_RDONLY | os.O_NOFOLLOW))
    attempt("memory of the kernel", lambda: open("/proc/kcore", "rb").read(16))
    attempt("disk", lambda: open("/dev/vda", "rb").read(16))
    attempt("shadow", lambda: read("/etc/shadow"))
