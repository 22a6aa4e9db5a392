"""Directories that nobody may enter, in the way of whoever cleans up."""

import os


def main(arguments):
    os.makedirs("tmp/a/b/c")
    os.mkdir("tmp/a/closed", 0)
    os.mkdir("out/closed", 0)
    open("out/unreadable", "w").write("x")
    os.close(os.open("out/hidden", os.O_CREAT | os.O_WRONLY, 0))
