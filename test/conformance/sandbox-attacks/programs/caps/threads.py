"""More threads than any job needs."""

import json
import os
import threading
import time


def main(arguments):
    target = json.loads(arguments[0])
    for _ in range(20000):
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            break
    time.sleep(1)
    print(threading.active_count())
    os._exit(0)
