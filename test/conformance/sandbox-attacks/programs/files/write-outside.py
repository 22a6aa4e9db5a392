"""Writing, truncating and changing modes and times beyond the work directory."""

import json
import os

from fake_runner.attempts import attempt


def main(arguments):
    target = json.loads(arguments[0])
    planted, directory = target["planted"], target["directory"]
    for path in (f"{directory}/new", f"/tmp/{target['mark']}", f"/var/tmp/{target['mark']}", f"/usr/{target['mark']}"):
        try:
            open(path, "w").write("x")
        except OSError:
            pass
    attempt("append", lambda: open(planted, "a").write("x"))
    attempt("truncate", lambda: os.truncate(planted, 0) or "done")
    attempt("truncate while reading", lambda: os.open(planted, os.O_RDONLY | os.O_TRUNC))
    attempt("remove", lambda: os.remove(planted) or "done")
    attempt("directory", lambda: os.mkdir(f"{directory}/made") or "done")
    for change in (
        lambda: os.chmod(planted, 0o777),
        lambda: os.chmod(directory, 0o777),
        lambda: os.utime(planted, (1, 1)),
        lambda: os.chown(planted, os.getuid(), os.getgid()),
        lambda: os.setxattr(planted, "user.mark", b"x"),
        lambda: os.chmod("in/program.py", 0o777),
        lambda: os.chmod("../input", 0o777),
        lambda: os.chmod("..", 0o777),
    ):
        try:
            change()
        except OSError:
            pass
    for path in ("../input/program.py", "../new", "in/program.py"):
        attempt(path, lambda path=path: open(path, "w").write("x"))
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper"):
        attempt(path, lambda path=path: open(path, "w").write("x"))
