"""The processes of the host, their names and their arguments."""

import json
import os
import subprocess

from fake_runner.attempts import attempt


def main(arguments):
    target = json.loads(arguments[0])
    others = {target["server"], target["witness"], *target["neighbour"]["processes"]}
    attempt("list", lambda: sorted(others & {int(name) for name in os.listdir("/proc") if name.isdigit()}) or None)
    for process in others:
        for name in ("cmdline", "comm", "stat", "status", "exe", "ns/net", "wchan", "limits", "cgroup", "mountinfo"):
            attempt(f"{name} of {process}", lambda path=f"/proc/{process}/{name}": read(path))
    attempt("ps", lambda: [line for line in listed() if str(target["witness"]) in line.split()[:1]] or None)


def read(path):
    if path.rpartition("/")[2] in ("exe", "net"):
        return os.readlink(path)
    with open(path) as file:
        return file.read(100)


def listed():
    return subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=False).stdout.splitlines()
