"""Second names for files that the server or the system owns, to have them handed over as output."""

import ctypes
import json
import os
import sys

from fake_runner.attempts import LIBC, attempt


def main(arguments):
    target = json.loads(arguments[0])
    owned = [target["planted"], sys.executable, os.path.realpath(sys.executable), os.__file__, "in/program.py"]
    for number, path in enumerate(owned):
        attempt(f"link to {path}", lambda path=path, n=number: os.link(path, f"out/link{n}") or kept(f"out/link{n}"))
        attempt(f"rename of {path}", lambda path=path, n=number: os.rename(path, f"out/name{n}") or "renamed")
        attempt(f"link of {path} when open", lambda path=path, n=number: by_descriptor(path, f"out/open{n}"))


def kept(path):
    """A link to an input that is the job's own is no escape: the collector refuses it."""
    return None if os.stat(path).st_nlink > 1 and os.path.samefile(path, "in/program.py") else path


def by_descriptor(path, name):
    descriptor = os.open(path, os.O_RDONLY)
    source = f"/proc/self/fd/{descriptor}".encode()
    result = LIBC.linkat(-100, ctypes.c_char_p(source), -100, ctypes.c_char_p(name.encode()), 0x400)
    return None if result < 0 else kept(name)
