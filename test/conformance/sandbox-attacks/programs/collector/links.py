"""Links instead of files: to the server's files, to devices, to descriptors, to directories, in circles."""

import json
import os


def main(arguments):
    target = json.loads(arguments[0])
    links = {"file": target["planted"], "directory": target["directory"], "shadow": "/etc/shadow", "endless": "/dev/zero",
             "environment": "/proc/self/environ", "descriptor": "/proc/self/fd/1", "circle": "circle", "up": "../../..",
             "socket": target["socket"], "input": "../in/program.py"}  # fmt: skip
    for name, path in links.items():
        try:
            os.symlink(path, f"out/{name}")
        except OSError:
            pass
    os.makedirs("out/nested/deeper")
    with open("out/nested/file", "w") as file:
        file.write("nested")
