"""What wants to run when the job ends: handlers, threads, finalisers, children of children."""

import atexit
import json
import os
import signal
import threading
import time


def main(arguments):
    mark = json.loads(arguments[0])["mark"]
    atexit.register(linger, mark)
    signal.signal(signal.SIGTERM, lambda *_: linger(mark))
    threading.Thread(target=linger, args=(mark,), daemon=True).start()
    Last.mark = mark
    global last
    last = Last()


class Last:
    def __del__(self):
        linger(self.mark)


def linger(mark):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1024):
                try:
                    os.close(number)
                except OSError:
                    pass
            time.sleep(300)
            open(f"/tmp/{mark}", "w").close()
        os._exit(0)
