"""What a job uses, counted from outside over all its processes."""

import os
import re
import resource
import stat
import threading
from dataclasses import dataclass, field

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")
MAXIMUM_ENTRIES = 20_000
MAXIMUM_DEPTH = 64
# what a file system keeps of an entry beside its content
ENTRY_BYTES = 1024
PIPE_BYTES = 64 * 1024
# what a socket may hold in its buffer when it asks for most
SOCKET_BYTES = 2 * 212_992
# mappings of files without a name: `address permissions offset device inode name (deleted)`
NAMELESS = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) ...(.) [0-9a-f]+ ([0-9a-f:]+) (\d+) +(/.*) \(deleted\)$", re.M)


@dataclass
class Usage:
    processes: int = 0
    tasks: int = 0
    memory_bytes: int = 0
    cpu_seconds: float = 0.0


@dataclass
class Hidden:
    """Memory and disk space that neither resident sizes nor names show."""

    memory_bytes: int = 0
    files: dict[tuple[int, int], int] = field(default_factory=dict)
    buffers: dict[tuple[int, int], int] = field(default_factory=dict)
    """of sockets and pipes"""


@dataclass
class Processor:
    """Processor time by process, which also counts children that nobody waits for: those are in no one's sum."""

    living: dict[tuple[int, bytes], float] = field(default_factory=dict)
    ended_seconds: float = 0.0

    def take(self, living: dict[tuple[int, bytes], float]) -> float:
        """What all processes have used by themselves, as far as they were seen."""
        self.ended_seconds += sum(seconds for process, seconds in self.living.items() if process not in living)
        self.living = living
        return self.ended_seconds + sum(living.values())


def descendants(process: int) -> list[tuple[int, int]]:
    """All processes below one, each with its depth (children: 1)."""
    found: list[tuple[int, int]] = []
    waiting = [(process, 0)]
    while waiting:
        parent, depth = waiting.pop()
        for child in children(parent):
            found.append((child, depth + 1))
            waiting.append((child, depth + 1))
    return found


def children(process: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{process}/task")
    except OSError:
        return []
    return [int(child) for task in tasks for child in _read(f"/proc/{process}/task/{task}/children").split()]


def usage(processes: list[int], holders: list[int], limit_bytes: int, processor: Processor) -> Usage:
    """Sums over the job's processes; `holders` are ours and count for processor time alone."""
    total = Usage(processes=len(processes))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total.cpu_seconds = ended.ru_utime + ended.ru_stime
    living: dict[tuple[int, bytes], float] = {}
    for process in processes + holders:
        status = _read(f"/proc/{process}/stat").rpartition(b")")[2].split()
        if len(status) < 22:
            continue
        total.cpu_seconds += sum(map(int, status[11:15])) / TICK
        living[process, status[19]] = sum(map(int, status[11:13])) / TICK
        if process not in holders:
            total.tasks += int(status[17])
            total.memory_bytes += int(status[21]) * PAGE
    total.cpu_seconds = max(total.cpu_seconds, processor.take(living))
    if total.memory_bytes > limit_bytes:  # pages that processes share were counted in each
        total.memory_bytes = sum(map(_proportional_bytes, processes))
    return total


def _proportional_bytes(process: int) -> int:
    match = re.search(rb"^Pss:\s+(\d+) kB", _read(f"/proc/{process}/smaps_rollup"), re.M)
    if match:
        return int(match[1]) * 1024
    fields = _read(f"/proc/{process}/statm").split()
    return int(fields[1]) * PAGE if fields else 0


def hidden(processes: list[int]) -> Hidden:
    """Shared memory counts at its full size (dropping a page from a process does not free it), files once."""
    found = Hidden()
    shared: dict[tuple[bytes, bytes], int] = {}
    resident_shared = 0
    for process in processes:
        for start, end, _, device, inode, name in NAMELESS.findall(_read(f"/proc/{process}/maps")):
            size = int(end, 16) - int(start, 16)
            if name.startswith((b"/dev/zero", b"/memfd:", b"/SYSV", b"/dev/shm/")):
                shared[device, inode] = max(size, shared.get((device, inode), 0))
            else:
                major, minor = (int(part, 16) for part in device.split(b":"))
                found.files[os.makedev(major, minor), int(inode)] = size
        match = re.search(rb"^RssShmem:\s+(\d+) kB", _read(f"/proc/{process}/status"), re.M)
        resident_shared += int(match[1]) * 1024 if match else 0
        _open_without_name(process, found)
    found.memory_bytes = max(0, sum(shared.values()) - resident_shared) + sum(found.buffers.values())
    return found


def _open_without_name(process: int, found: Hidden) -> None:
    directory = f"/proc/{process}/fd"
    try:
        names = os.listdir(directory)
    except OSError:
        return
    for name in names:
        try:
            status = os.stat(f"{directory}/{name}")
        except OSError:
            continue
        identity = status.st_dev, status.st_ino
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
            found.files[identity] = status.st_blocks * 512
        elif stat.S_ISSOCK(status.st_mode):
            found.buffers[identity] = SOCKET_BYTES
        elif stat.S_ISFIFO(status.st_mode):
            found.buffers[identity] = PIPE_BYTES


def disk_bytes(directory: str) -> int | None:
    """Blocks below a directory; None when it hides some: too many entries or levels, or closed directories."""
    total = entries = 0
    waiting = [(directory, 0)]
    while waiting:
        path, depth = waiting.pop()
        try:
            with os.scandir(path) as listing:
                for entry in listing:
                    entries += 1
                    if entries > MAXIMUM_ENTRIES or depth > MAXIMUM_DEPTH:
                        return None
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # removed meanwhile
                        continue
                    total += status.st_blocks * 512 + ENTRY_BYTES
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append((entry.path, depth + 1))
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return total


def shared_memory_of(user: int) -> list[str]:
    """Files that a job outside namespaces keeps in the host's /dev/shm."""
    found = []
    with os.scandir("/dev/shm") as listing:
        for entry in listing:
            try:
                if entry.stat(follow_symlinks=False).st_uid == user:
                    found.append(entry.path)
            except OSError:
                pass
    return found


def file_bytes(path: str) -> int:
    try:
        status = os.lstat(path)
    except OSError:
        return 0
    if stat.S_ISDIR(status.st_mode):
        return disk_bytes(path) or MAXIMUM_ENTRIES * PAGE
    return status.st_blocks * 512


def tasks_of_user(user: int) -> int:
    """Processes and threads of one user on this host, as RLIMIT_NPROC counts them."""
    count = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == user:
                count += os.stat(f"/proc/{name}/task").st_nlink - 2
        except OSError:
            pass
    return count


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def can_list_children() -> bool:
    return os.path.exists(f"/proc/self/task/{threading.get_native_id()}/children")
