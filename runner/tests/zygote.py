"""A process that has imported everything and forks a child for each job, as the sandbox does."""

from __future__ import annotations

import os
import socket
import sys

CODE = "import sys; sys.path.insert(0, sys.argv[1]); from tests.zygote import serve; serve(int(sys.argv[2]))"


def serve(descriptor: int) -> None:
    """For each request (folder and arguments, one a line; event channel and output attached) answers its process id.

    The exit status follows as a second answer.
    """
    import aliquot_runner.warm
    from aliquot_runner.__main__ import main

    assert aliquot_runner.warm.LIBRARIES
    with socket.socket(fileno=descriptor) as connection:
        while True:
            request, descriptors, _, _ = socket.recv_fds(connection, 65_536, 2)
            if not request:
                return
            folder, *arguments = request.decode().split("\n")
            process = os.fork()
            if process == 0:
                connection.close()
                os._exit(_job(folder, arguments, descriptors, main))
            for received in descriptors:
                os.close(received)
            connection.send(f"{process}\n".encode())
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            connection.send(f"{status}\n".encode())


def _job(folder: str, arguments: list[str], descriptors: list[int], main: object) -> int:
    import traceback

    events, output = descriptors
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(events, 3)
    os.closerange(4, 256)
    os.chdir(folder)
    try:
        return main(arguments)  # type: ignore[no-any-return, operator]
    except SystemExit as end:
        return int(end.code or 0)
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
