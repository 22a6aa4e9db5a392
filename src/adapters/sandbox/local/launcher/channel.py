"""What the supervisor and the server say to each other, over one socket for each job.

To here: the token's answer is the request as one JSON line, then `extend SECONDS`, `cancel SECONDS` and `release` lines.
To the server: frames of a letter, four bytes of length (big endian) and the content:
`E` event lines joined by newlines, `R` the result as JSON.
"""

import json
import selectors
import socket
import struct

MAXIMUM_LINE_BYTES = 1024**2
FULL_BYTES = 4 * 1024**2


class Channel:
    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.gone = False
        self._received = bytearray()
        self._pending = bytearray()

    @staticmethod
    def open(address: str, token: str) -> "Channel":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(address)
        connection.sendall(f"{token}\n".encode())
        return Channel(connection)

    def read_request(self) -> dict:
        while b"\n" not in self._received:
            data = self.socket.recv(65536)
            if not data:
                raise SystemExit(0)
            self._received += data
        self.socket.setblocking(False)
        line, _, rest = bytes(self._received).partition(b"\n")
        self._received = bytearray(rest)
        return json.loads(line)

    def receive(self) -> list[str]:
        """Complete lines that have come; sets `gone` at the end of the stream."""
        try:
            data = self.socket.recv(65536)
            self.gone = self.gone or not data
            self._received += data
        except BlockingIOError:
            pass
        except OSError:
            self.gone = True
        *lines, rest = self._received.split(b"\n")
        self._received = bytearray(rest)
        return [line.decode() for line in lines]

    def wanted_events(self) -> int:
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._pending else 0)

    def is_full(self) -> bool:
        return len(self._pending) > FULL_BYTES

    def send(self, kind: bytes, content: bytes) -> None:
        self._pending += kind + struct.pack(">I", len(content)) + content
        self.flush()

    def flush(self) -> None:
        try:
            sent = self.socket.send(self._pending[:FULL_BYTES]) if self._pending else 0
            del self._pending[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self.gone = True

    def finish(self, result: dict) -> None:
        """Sends what is left and the result, then waits until the server has collected the files."""
        self.socket.setblocking(True)
        self.send(b"R", json.dumps(result).encode())
        while self._pending and not self.gone:
            self.flush()
        while not self.gone and "release" not in self.receive():
            pass


class EventLines:
    """Cuts the event pipe into lines."""

    def __init__(self) -> None:
        self._partial = bytearray()

    def add(self, data: bytes) -> tuple[bytes, bool]:
        """Complete lines joined by newlines, and whether every line kept to its size."""
        self._partial += data
        end = self._partial.rfind(b"\n")
        complete = bytes(self._partial[: max(end, 0)])
        if end >= 0:
            del self._partial[: end + 1]
        longest = max(map(len, complete.split(b"\n")))
        return complete, max(longest, len(self._partial)) <= MAXIMUM_LINE_BYTES


class Tail:
    """Keeps the last bytes of a stream."""

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        self._kept = bytearray()
        self.total_bytes = 0

    def add(self, data: bytes) -> None:
        self._kept += data
        self.total_bytes += len(data)
        if len(self._kept) > 2 * self._size_bytes + 65536:
            self._trim()

    def _trim(self) -> None:
        del self._kept[: max(0, len(self._kept) - self._size_bytes)]

    def text(self) -> str:
        self._trim()
        return self._kept.decode("utf-8", "replace")

    def dropped_bytes(self) -> int:
        return max(0, self.total_bytes - self._size_bytes)
