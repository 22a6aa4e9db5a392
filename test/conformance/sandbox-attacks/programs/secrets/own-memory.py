"""What this process was forked with: a secret that the server gave to other jobs, anywhere in its memory."""

import re

from fake_runner.attempts import attempt


def main(arguments):
    form = re.compile(("secret" + "-of-victim-").encode() + rb"[0-9a-f]{8}-[0-9a-f]{4}-")
    found = []
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps.read().splitlines():
            limits, rights, *rest = line.split()
            if not rights.startswith("r") or rest[-1] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            start, end = (int(limit, 16) for limit in limits.split("-"))
            while start < end:
                size = min(end - start, 1 << 20)
                try:
                    memory.seek(start)
                    found += form.findall(memory.read(size + 64))
                except (OSError, OverflowError):
                    pass
                start += size
    attempt("secret in memory", lambda: found or None)
