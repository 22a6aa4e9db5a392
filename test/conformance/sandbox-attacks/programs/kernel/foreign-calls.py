"""Calls by the numbers of another architecture, which a list of numbers would not know."""

import ctypes
import mmap
import os
import platform

from fake_runner.attempts import LIBC, attempt


def main(arguments):
    if platform.machine() != "x86_64":
        return
    for number in (41, 101, 165, 272, 321, 425):
        attempt(
            f"x32 {number}",
            lambda n=number: in_child(lambda: LIBC.syscall(ctypes.c_long(0x40000000 + n), 2, 1, 0, 0, 0)),
        )
    # mov eax, NUMBER; xor ebx, ebx; xor ecx, ecx; xor edx, edx; int 0x80; ret
    for number in (102, 21, 26, 310, 357, 359):
        code = b"\xb8" + number.to_bytes(4, "little") + b"\x31\xdb\x31\xc9\x31\xd2\xcd\x80\xc3"
        attempt(f"32 bits {number}", lambda c=code: in_child(lambda: machine(c)))


def machine(code):
    area = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    area.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()


def in_child(action):
    """The answer of the call, if it was let through to the kernel's own table; a killed child was stopped."""
    process = os.fork()
    if process == 0:
        os._exit(7 if action() >= 0 else 0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return None if status != 7 else "let through"
