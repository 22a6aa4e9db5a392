"""Everything that a job says, as lines of a file: a reader that lost its connection goes on at its offset.

A line is a letter and base64: `E` event lines joined by newlines, `R` the result as JSON, `F` why there is none,
`T` that it is the template's fault, and `H` alone says that the box is alive. Text that a job prints never gets here
but inside of `R`.
"""

import base64

MAXIMUM_BYTES = 1024**3


class Spool:
    def __init__(self, path: str) -> None:
        self._file = open(path, "ab", buffering=0)
        self._size_bytes = 0

    def write(self, kind: bytes, content: bytes = b"") -> None:
        line = kind + base64.b64encode(content) + b"\n"
        self._file.write(line)
        self._size_bytes += len(line)

    def is_full(self) -> bool:
        return self._size_bytes > MAXIMUM_BYTES
