"""Tier 'bubblewrap': where only that program may make namespaces. It starts Python anew inside."""

import json
import os
import sys
from dataclasses import asdict

from . import namespaces
from .request import Request, environment, python_directories

REQUEST = 5


def execute(request: Request, tasks: int) -> None:
    """Replaces this process by bubblewrap, with the request in descriptor 5."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps({"request": asdict(request), "tasks": tasks}).encode())
    os.close(writing)
    os.dup2(reading, REQUEST)
    os.closerange(REQUEST + 1, 64)
    for descriptor in range(REQUEST + 1):
        os.set_inheritable(descriptor, True)
    main = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
    work = f"{namespaces.JOB}/work"
    command = [request.bubblewrap, *arguments(request), "--", sys.executable, "-I", main, "inner"]
    os.execve(request.bubblewrap, command, environment(work, request.threads))


def arguments(request: Request) -> list[str]:
    found = ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    found += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    found += ["--uid", str(namespaces.NOBODY), "--gid", str(namespaces.NOBODY)]
    for path in namespaces.SYSTEM:
        if os.path.islink(path):
            found += ["--symlink", os.readlink(path), path]
        else:
            found += ["--ro-bind-try", path, path]
    for path in namespaces.SETTINGS + namespaces.HARDWARE + python_directories():
        if not path.startswith("/usr/") and path != "/usr":
            found += ["--ro-bind-try", path, path]
    found += ["--proc", "/proc", "--dev", "/dev"]
    for name in namespaces.MASKED:
        if os.path.exists(f"/proc/{name}"):
            found += ["--dev-bind", "/dev/null", f"/proc/{name}"]
    found += ["--size", str(namespaces.SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"]
    for name, kind in (("work", "--bind"), ("input", "--ro-bind")):
        found += [kind, f"{request.base}/{name}", f"{namespaces.JOB}/{name}"]
    return [*found, "--chdir", f"{namespaces.JOB}/work"]


def run_inner() -> None:
    """Entry of the Python process inside: everything but the namespaces is still to be done."""
    from . import child

    with open(REQUEST, "rb") as file:
        data = json.load(file)
    child.run(Request.read(data["request"]), f"{namespaces.JOB}/work", data["tasks"])
