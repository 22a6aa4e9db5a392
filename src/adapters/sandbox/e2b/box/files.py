"""What goes into a job, and what comes out of it: plain files alone. The server checks names and sizes again."""

import os
import re
import shutil
import stat

PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
MAXIMUM_ENTRIES = 256
REFUSED = 3


def join_parts(source: str, target: str) -> None:
    """Makes the inputs of the parts that they came in: `source/NAME/000000` and so on become `target/NAME`."""
    for name in os.listdir(source):
        with open(f"{target}/{name}", "xb") as whole:
            for number in sorted(os.listdir(f"{source}/{name}")):
                with open(f"{source}/{name}/{number}", "rb") as part:
                    shutil.copyfileobj(part, whole, 1024**2)
                os.unlink(f"{source}/{name}/{number}")


def collect(source: str, target: str, maximum_bytes: int) -> dict:
    """Moves the plain files to `target`. All processes of the job are dead, so that nothing changes any more."""
    files: list[dict] = []
    refused: list[str] = []
    remaining_bytes = maximum_bytes
    os.mkdir(target)
    for name in _names(source):
        status = os.lstat(f"{source}/{name}")
        plain = PLAIN_NAME.fullmatch(name) and stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        if not plain or status.st_size > remaining_bytes or len(files) == MAXIMUM_ENTRIES:
            refused.append(re.sub(r"[^\x20-\x7e]", "?", name[:128]))
            continue
        remaining_bytes -= status.st_size
        os.rename(f"{source}/{name}", f"{target}/{name}")
        os.chmod(f"{target}/{name}", 0o644)
        files.append({"name": name, "byteSize": status.st_size})
    return {"files": files, "refused": refused}


def _names(source: str) -> list[str]:
    """One more than may be taken is read, so that an endless directory ends here."""
    names: list[str] = []
    try:
        if not stat.S_ISDIR(os.lstat(source).st_mode):
            return []
        with os.scandir(source) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) > MAXIMUM_ENTRIES:
                    break
    except OSError:
        return []
    return sorted(names)


def copy_out(directory: str, name: str, number: str, maximum_bytes: str) -> int:
    """Copies one plain file of a running job, which may put anything in its place at any moment.

    Directory and file are each opened without following a link, and only what was opened is read, up to its size.
    """
    try:
        out = os.open(f"{directory}/job/work/out", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=out)
    except OSError:
        return REFUSED
    status = os.fstat(opened)
    plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
    if not plain or not 0 < status.st_size <= int(maximum_bytes):
        return REFUSED
    os.makedirs(f"{directory}/copies", exist_ok=True)
    with open(opened, "rb") as source, open(f"{directory}/copies/{number}", "xb") as target:
        shutil.copyfileobj(_First(source, status.st_size), target, 1024**2)
    return 0


class _First:
    """The first bytes of a file that may be growing."""

    def __init__(self, source, size_bytes: int) -> None:
        self._source = source
        self._left = size_bytes

    def read(self, size_bytes: int) -> bytes:
        data = self._source.read(min(size_bytes, self._left))
        self._left -= len(data)
        return data
