"""The directories that the server made, replaced while and after the job runs."""

import json
import os

from fake_runner.attempts import attempt


def main(arguments):
    target = json.loads(arguments[0])
    attempt("rename the work directory", lambda: os.rename("../work", "../work2") or "done")
    attempt("remove the input", lambda: os.rename("../input", "input") or "done")
    attempt("link in place of out", lambda: (os.rmdir("out"), os.symlink(target["directory"], "out")))
    attempt("input in place of out", lambda: os.rename("in", "out"))
    attempt("write through", lambda: open("out/new", "w").write("x"))
