"""The job of the self-test: really tries what a job must not be able to do. The server judges from outside too."""

import json
import os
import signal
import socket
import time

KNOWN_VARIABLES = (
    "LANG",
    "LC_CTYPE",
    "HOME",
    "PATH",
    "TMPDIR",
    "USER",
    "LOGNAME",
    "TZ",
    "MPLCONFIGDIR",
    "PWD",
    "JOBLIB_MULTIPROCESSING",
)
KNOWN_SUFFIXES = ("_NUM_THREADS", "_MAX_THREADS", "_MAX_CPU_COUNT", "_TEMP_FOLDER")


def main(arguments: list[str]) -> int:
    target = json.loads(arguments[1])
    if arguments[0] == "fork":
        fork_past_the_cap(target["attempts"])
        return 0
    attempt("read a planted file", lambda: open(target["planted"]).read())
    attempt("write next to a planted file", lambda: open(target["unwanted"], "w").write("x"))
    attempt("open a network connection", lambda: socket.create_connection(("127.0.0.1", target["port"]), 1))
    attempt("see a process of the server", lambda: see(target["witness"], target["secret"]))
    attempt("end a process of the server", lambda: os.kill(target["witness"], signal.SIGKILL))
    attempt("read a variable of the server", lambda: unknown_variables())
    # without an effect it may say "done": the server looks at the mode of the file
    report("change the mode of a planted file", True, result_of(lambda: os.chmod(target["planted"], 0o600)))
    return 0


def attempt(name: str, action) -> None:
    try:
        outcome = action()
    except (OSError, LookupError) as fault:
        report(name, True, f"{type(fault).__name__}: {fault}")
    else:
        report(name, False, f"succeeded: {outcome}")


def result_of(action) -> str:
    try:
        return f"answered {action()}"
    except OSError as fault:
        return str(fault)


def see(process: int, secret: str) -> str:
    with open(f"/proc/{process}/environ") as file:
        return file.read().count(secret) and "its environment" or _missing("its environment")


def unknown_variables() -> str:
    with open("/proc/self/environ") as file:
        names = {item.split("=")[0] for item in file.read().split("\0") if item} | set(os.environ)
    unknown = [name for name in names if name not in KNOWN_VARIABLES and not name.endswith(KNOWN_SUFFIXES)]
    return ", ".join(unknown) if unknown else _missing("only known names")


def _missing(what: str) -> str:
    raise LookupError(what)


def fork_past_the_cap(attempts: int) -> None:
    children = 0
    try:
        for _ in range(attempts):
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
            children += 1
    except OSError:
        pass
    report("fork past the cap", children < attempts, f"{children} of {attempts} processes")
    time.sleep(1)


def report(name: str, stopped: bool, detail: str) -> None:
    os.write(3, (json.dumps({"name": name, "passed": stopped, "detail": detail[:300]}) + "\n").encode())
