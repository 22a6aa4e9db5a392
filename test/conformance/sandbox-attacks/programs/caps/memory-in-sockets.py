"""Memory in the buffers of sockets and pipes, which no process shows as its own."""

import fcntl
import os
import socket
import time


def main(arguments):
    keep = []
    for _ in range(8):
        if os.fork() == 0:
            fill(keep)
            time.sleep(60)
            os._exit(0)
        time.sleep(0.2)
    time.sleep(60)


def fill(keep):
    data = bytes(1 << 20)
    for _ in range(1500):
        try:
            for one in (pair := socket.socketpair()):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                one.setblocking(False)
                one.send(data)
            keep += pair
            reading, writing = os.pipe2(os.O_NONBLOCK)
            keep += [reading, writing]
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError:
            pass
