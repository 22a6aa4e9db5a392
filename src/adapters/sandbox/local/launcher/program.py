"""Runs the runner's `main` in this process, as `python -I -m` would."""

import atexit
import gc
import importlib
import io
import os
import sys
import threading
import traceback


def bind_streams() -> None:
    """New text streams: those of the warm process are bound to its own descriptors."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        stream = io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors="replace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def run(module: str, arguments: list[str]) -> None:
    """Ends the process with the exit code of `main`."""
    gc.enable()
    code = 1
    try:
        sys.argv = [module, *arguments]
        code = _number(importlib.import_module(module).main(arguments))
    except SystemExit as end:
        code = _number(end.code)
    except BaseException:
        traceback.print_exc()
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _number(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1
