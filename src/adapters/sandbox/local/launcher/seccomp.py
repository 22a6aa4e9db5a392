"""System calls that a job may not make. Numbers: x86_64, aarch64 (None: not there)."""

import ctypes
import errno

from .kernel import LIBC, MACHINE, checked

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NAMESPACE_FLAGS = 0x7E020000

REFUSED: dict[str, tuple[int | None, int | None]] = {
    # names and mounts
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "open_tree_attr": (467, 467), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "mknod": (133, None), "mknodat": (259, 33),
    "sethostname": (170, 161), "setdomainname": (171, 162),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "fanotify_init": (300, 262),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "process_mrelease": (448, 448), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "move_pages": (279, 239), "migrate_pages": (256, 238),
    # network: socketpair stays, as asyncio and multiprocessing need it
    "socket": (41, 198),
    # memory that no process shows as its own
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "shmctl": (31, 195), "shmat": (30, 196), "shmdt": (67, 197),
    "semget": (64, 190), "semctl": (66, 191), "semtimedop": (220, 192), "semop": (65, 193),
    "msgget": (68, 186), "msgctl": (71, 187), "msgrcv": (70, 188), "msgsnd": (69, 189),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    # large parts of the kernel that no job needs
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "syslog": (103, 116), "vhangup": (153, 58),
    "personality": (135, 92), "iopl": (172, None), "ioperm": (173, None), "lookup_dcookie": (212, 18),
    "uselib": (134, None), "ustat": (136, None), "sysfs": (139, None), "_sysctl": (156, None),
    "modify_ldt": (154, None),
}  # fmt: skip

# Landlock does not cover modes, owners and times: as the server's own user a job could change them anywhere.
# They answer "done" and do nothing, since copying a file in Python calls them.
IGNORED: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
}  # fmt: skip

UNSUPPORTED: dict[str, tuple[int | None, int | None]] = {
    # terabytes in one moment, faster than anybody can count; libc writes instead
    "fallocate": (285, 47),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setxattrat": (463, 463), "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip

# Of another process of the same user they would set limits, priority or processors; of itself they may.
# The last number says which argument names the process: 0 is the caller.
ONLY_ITSELF: dict[str, tuple[int, int, int]] = {
    "prlimit64": (302, 261, 0), "setpriority": (141, 140, 1), "ioprio_set": (251, 30, 1),
    "sched_setaffinity": (203, 122, 0), "sched_setparam": (142, 118, 0),
    "sched_setscheduler": (144, 119, 0), "sched_setattr": (314, 274, 0),
}  # fmt: skip

CLONE, CLONE3 = (56, 220), (435, 435)
SOCKETPAIR = (53, 199)
IOCTL = (16, 29)

LOAD_WORD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction))]


def restrict() -> None:
    """Installs the filter for this process and its children; needs no_new_privs."""
    instructions = _instructions()
    array = (_Instruction * len(instructions))(*(_Instruction(*item) for item in instructions))
    program = _Program(len(instructions), array)
    result = LIBC.prctl(22, ctypes.c_ulong(2), ctypes.byref(program), ctypes.c_ulong(0), ctypes.c_ulong(0))
    checked(result, "seccomp")


def _instructions() -> list[tuple[int, int, int, int]]:
    column = 0 if MACHINE == "x86_64" else 1
    program = [(LOAD_WORD, 0, 0, 4), (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[MACHINE]), (RETURN, 0, 0, KILL)]
    program.append((LOAD_WORD, 0, 0, 0))
    if MACHINE == "x86_64":  # the x32 numbers would go round the list
        program += [(JUMP_AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, KILL)]

    def answer(number: int | None, code: int) -> None:
        if number is not None:
            program.extend([(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, code)])

    for numbers in REFUSED.values():
        answer(numbers[column], ERROR | errno.EPERM)
    for numbers in IGNORED.values():
        answer(numbers[column], ERROR)
    for numbers in UNSUPPORTED.values():
        answer(numbers[column], ERROR | errno.ENOTSUP)
    for *numbers, argument in ONLY_ITSELF.values():
        program += [
            (JUMP_EQUAL, 0, 4, numbers[column]),
            (LOAD_WORD, 0, 0, 16 + 8 * argument),
            (JUMP_EQUAL, 1, 0, 0),
            (RETURN, 0, 0, ERROR | errno.EPERM),
            (RETURN, 0, 0, ALLOW),
        ]
    # glibc then uses clone, whose flags can be read
    answer(CLONE3[column], ERROR | errno.ENOSYS)
    program += [
        (JUMP_EQUAL, 0, 4, CLONE[column]),
        (LOAD_WORD, 0, 0, 16),
        (JUMP_ANY_BIT, 0, 1, NAMESPACE_FLAGS),
        (RETURN, 0, 0, ERROR | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
        # a datagram pair could be pointed at any socket by its path; a stream pair cannot
        (JUMP_EQUAL, 0, 5, SOCKETPAIR[column]),
        (LOAD_WORD, 0, 0, 24),
        (AND, 0, 0, 0xF),
        (JUMP_EQUAL, 1, 0, 1),
        (RETURN, 0, 0, ERROR | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
        # typing into a terminal
        (JUMP_EQUAL, 0, 4, IOCTL[column]),
        (LOAD_WORD, 0, 0, 24),
        (JUMP_EQUAL, 1, 0, 0x5412),
        (JUMP_EQUAL, 0, 1, 0x541C),
        (RETURN, 0, 0, ERROR | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return program
