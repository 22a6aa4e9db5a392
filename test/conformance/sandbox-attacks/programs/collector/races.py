"""A file that turns into a link, a directory and back while the server may be reading it."""

import json
import os
import time


def main(arguments):
    target = json.loads(arguments[0])
    os.write(3, b"begun\n")
    end = time.time() + 1
    while time.time() < end:
        for make in (plain, lambda: os.symlink(target["planted"], "out/model"), lambda: os.mkdir("out/model")):
            try:
                make()
                os.rename("out/model", "out/other")
            except OSError:
                pass
            for remove in (os.remove, os.rmdir):
                for name in ("out/model", "out/other"):
                    try:
                        remove(name)
                    except OSError:
                        pass
        try:
            os.rename("out", "gone")
            os.symlink(target["directory"], "out")
            os.remove("out")
        except OSError:
            pass
        try:
            os.rename("gone", "out")
        except OSError:
            pass


def plain():
    with open("out/model", "w") as file:
        file.write("model")
