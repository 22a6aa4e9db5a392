"""Python, its packages, the runner and the launcher, changed for all jobs to come."""

import os
import sys

from fake_runner.attempts import attempt


def main(arguments):
    import fake_runner

    places = [sys.prefix, os.path.dirname(os.__file__), os.path.dirname(fake_runner.__file__), *sys.path]
    places += ["/usr/lib", "/usr/local/lib", "/lib", "/etc", "/bin", os.path.dirname(sys.executable)]
    for place in filter(os.path.isdir, dict.fromkeys(places)):
        attempt(f"new file in {place}", lambda place=place: open(f"{place}/attack.pth", "w").write("import attack"))
        attempt(f"new directory in {place}", lambda place=place: os.mkdir(f"{place}/attack") or "made")
        attempt(f"rename {place}", lambda place=place: os.rename(place, f"{place}.old") or "renamed")
    for path in (fake_runner.__file__, os.__file__, sys.executable, "/etc/ld.so.cache", "/etc/passwd"):
        attempt(f"append to {path}", lambda path=path: open(path, "a").write("#"))
        attempt(f"map {path}", lambda path=path: open(path, "r+b"))
    attempt("compiled files", lambda: open(f"{os.path.dirname(fake_runner.__file__)}/__pycache__/x.pyc", "wb"))
