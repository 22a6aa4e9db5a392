"""Follows a running job: passes on its lines, counts what it uses, and decides when it has to end."""

import os
import selectors
import signal
import time
from dataclasses import dataclass, field

from . import ending, watch
from .channel import Channel, EventLines, Tail
from .request import Request
from .slots import Slot

TICK_SECONDS = 0.1
DEEP_TICKS = 5
READ_BYTES = 256 * 1024
# processes of ours between the supervisor and the job
HOLDERS = {"namespaces": 2, "bubblewrap": 2, "landlock": 0, "unsafe": 0}


@dataclass
class Job:
    request: Request
    slot: Slot | None
    channel: Channel
    holder: int
    """our child: the job's main process, or what holds its namespaces"""
    tail: Tail
    lines: EventLines = field(default_factory=EventLines)
    started: float = field(default_factory=time.monotonic)
    is_over: bool = False
    status: int | None = None
    limit: str | None = None
    fault: str | None = None
    runs: bool = False
    """has reached the runner's code, so that it can hear SIGTERM"""
    canceled: bool = False
    added_seconds: float = 0.0
    """of wall time, beyond the limit that was asked for"""
    kill_at: float | None = None
    peak_memory_bytes: int = 0
    cpu_seconds: float = 0.0
    processor: watch.Processor = field(default_factory=watch.Processor)
    offered: set[int] = field(default_factory=set)
    """to the kernel, for when memory is short"""
    ticks: int = 0
    next_walk: float = 0.0


def follow(job: Job, output: int, events: int, status: int) -> None:
    """Returns when the main process has ended or must be ended; the pipes are then still open."""
    readers = {
        output: job.tail.add,
        events: lambda data: take_lines(job, data),
        status: lambda data: take_status(job, data),
    }
    ended = os.pidfd_open(job.holder)
    with selectors.DefaultSelector() as selector:
        for descriptor in readers:
            selector.register(descriptor, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        selector.register(job.channel.socket, selectors.EVENT_READ)
        next_tick = time.monotonic()
        hear_server(job, selectors.EVENT_READ)  # what came together with the request
        while not job.is_over:
            selector.modify(job.channel.socket, job.channel.wanted_events())
            if events in readers:  # a full channel makes the job wait until the server has read
                _listen(selector, events, not job.channel.is_full())
            for key, ready in selector.select(max(0.0, next_tick - time.monotonic())):
                if key.fd == ended:
                    job.is_over = True
                elif key.fd in readers:
                    if not _pass_on(key.fd, readers[key.fd]):
                        selector.unregister(key.fd)
                        del readers[key.fd]
                else:
                    hear_server(job, ready)
            if time.monotonic() >= next_tick:
                check(job)
                next_tick = time.monotonic() + TICK_SECONDS
    os.close(ended)


def _listen(selector: selectors.BaseSelector, descriptor: int, wanted: bool) -> None:
    listens = descriptor in selector.get_map()
    if wanted and not listens:
        selector.register(descriptor, selectors.EVENT_READ)
    elif listens and not wanted:
        selector.unregister(descriptor)


def _pass_on(descriptor: int, reader) -> bool:
    data = os.read(descriptor, READ_BYTES)
    if data:
        reader(data)
    return bool(data)


def drain(job: Job, output: int, events: int, status: int) -> None:
    """All writers are dead: what is left in the pipes is their last word."""
    for descriptor, reader in (
        (status, take_status),
        (events, take_lines),
        (output, lambda _, data: job.tail.add(data)),
    ):
        while _pass_on(descriptor, lambda data: reader(job, data)):
            pass
        os.close(descriptor)


def take_lines(job: Job, data: bytes) -> None:
    lines, short = job.lines.add(data)
    if not short:
        end(job, "LINE")
    elif lines:
        job.channel.send(b"E", lines)


def take_status(job: Job, data: bytes) -> None:
    for line in data.decode("utf-8", "replace").splitlines():
        word, _, rest = line.partition(" ")
        if word == "started":
            job.runs = True
            if job.canceled:
                terminate(job)
        elif word == "exit":
            job.status = int(rest)
        else:
            job.fault = rest


def hear_server(job: Job, ready: int) -> None:
    if ready & selectors.EVENT_WRITE:
        job.channel.flush()
    for line in job.channel.receive() if ready & selectors.EVENT_READ else []:
        word, _, seconds = line.partition(" ")
        if word == "extend":
            extend(job, float(seconds))
        elif word == "cancel":
            job.canceled = True
            job.kill_at = time.monotonic() + float(seconds)
            if job.runs:
                terminate(job)
    if job.channel.gone:
        job.is_over = True


def extend(job: Job, added_seconds: float) -> None:
    """The job finds what all extensions add up to in `in/extension`."""
    if added_seconds <= job.added_seconds:  # told twice
        return
    job.added_seconds = added_seconds
    path = f"{job.request.base}/input/extension"
    try:
        with open(f"{path}.new", "w") as file:
            file.write(f"{added_seconds}\n")
        os.chmod(f"{path}.new", 0o444)
        os.replace(f"{path}.new", path)
    except OSError:  # a full disk: the job ends when it would have ended
        pass


def terminate(job: Job) -> None:
    """SIGTERM for the main process alone; process 1 of a namespace hands it on."""
    target = job.holder
    below = watch.descendants(os.getpid())
    wanted_depth = {"namespaces": 2, "bubblewrap": 3}.get(job.request.tier, 1)
    for process, depth in below:
        if depth == wanted_depth:
            target = process
            break
    try:
        os.kill(target, signal.SIGTERM)
    except ProcessLookupError:
        pass


def end(job: Job, limit: str) -> None:
    job.limit = job.limit or limit
    job.is_over = True


def check(job: Job) -> None:
    limits = job.request.limits
    wall_seconds = limits.wall_seconds + job.added_seconds
    cpu_seconds = limits.cpu_seconds * wall_seconds / limits.wall_seconds
    below = watch.descendants(os.getpid())
    depth_of_holders = HOLDERS[job.request.tier]
    processes = [process for process, depth in below if depth > depth_of_holders]
    holders = [process for process, depth in below if depth <= depth_of_holders]
    offer_first(job, [process for process, depth in below if depth > depth_of_holders + 1])
    usage = watch.usage(processes, holders, limits.memory_bytes, job.processor)
    job.cpu_seconds = max(job.cpu_seconds, usage.cpu_seconds)
    hidden = watch.hidden(processes) if job.ticks % DEEP_TICKS == 0 else None
    memory_bytes = usage.memory_bytes + (hidden.memory_bytes if hidden else 0)
    job.peak_memory_bytes = max(job.peak_memory_bytes, memory_bytes)
    now = time.monotonic()
    if memory_bytes > limits.memory_bytes:
        end(job, "MEMORY")
    elif usage.processes > limits.processes or usage.tasks > limits.processes * 8 + 16:
        end(job, "PROCESSES")
    elif job.cpu_seconds > cpu_seconds:
        end(job, "CPU")
    elif now - job.started > wall_seconds:
        end(job, "WALL")
    elif job.kill_at is not None and now > job.kill_at:
        job.is_over = True
    elif now >= job.next_walk or hidden:
        used_before = time.thread_time()
        check_disk(job, hidden)
        job.next_walk = now + 10 * (time.thread_time() - used_before)
    ending.reap_orphans(job.holder)
    job.ticks += 1


def offer_first(job: Job, started: list[int]) -> None:
    """What the job has started itself goes before its main process when the kernel has to end somebody."""
    for process in started:
        if process not in job.offered:
            try:
                with open(f"/proc/{process}/oom_score_adj", "w") as file:
                    file.write("1000")
            except OSError:  # it has ended, or is not ours to offer
                pass
    job.offered = set(started)


def check_disk(job: Job, hidden: watch.Hidden | None) -> None:
    used = watch.disk_bytes(f"{job.request.base}/work")
    if used is not None and hidden:
        used += sum(hidden.files.values())
    if used is not None and job.slot and job.request.tier == "landlock":
        used += sum(map(watch.file_bytes, watch.shared_memory_of(job.slot.user)))
    if used is None or used > job.request.limits.disk_bytes:
        end(job, "DISK")
