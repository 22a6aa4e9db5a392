"""Messages that only the supervisor may send: in the text, in the events, as frames and on other descriptors."""

import json
import os
import struct


def main(arguments):
    result = json.dumps({"exitCode": 0, "limit": None, "output": "imitated", "fault": "imitated"}).encode()
    frame = b"R" + struct.pack(">I", len(result)) + result
    for descriptor in range(1, 64):
        for data in (frame + b"\n", b"exit 0\nstarted\nfault imitated\n"):
            try:
                os.write(descriptor, data)
            except OSError:
                pass
    os._exit(5)
