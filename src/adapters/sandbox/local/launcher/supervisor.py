"""One process for each job, from its request to its result."""

import os
import resource
import time

from . import child, ending, kernel, slots, watch
from .channel import Channel, Tail
from .follow import Job, drain, follow
from .request import Request


def supervise(address: str, token: str) -> None:
    channel = Channel.open(address, token)
    request = Request.read(channel.read_request())
    slot = None
    try:
        if os.geteuid() == 0 and request.tier != "unsafe":
            slot = slots.take()
            ending.remove_shared_memory(slot.user)  # of a supervisor that was killed
            hand_over(request.base, slot.user)
        channel.finish(run_job(request, slot, channel))
    except OSError as fault:
        channel.finish({"fault": str(fault)})
    finally:
        ending.remove(request.base)
        if slot is not None:
            ending.remove_shared_memory(slot.user)
        # only the end of this process closes it, which tells the server that nothing is left
        channel.socket.detach()


def hand_over(base: str, user: int) -> None:
    """The directory belongs to the server and lets in this user alone, who owns only `work`."""
    os.chown(base, 0, user)
    os.chmod(base, 0o750)
    for path in ("work", "work/out", "work/tmp"):
        os.chown(f"{base}/{path}", user, user)


def run_job(request: Request, slot: slots.Slot | None, channel: Channel) -> dict:
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    if not watch.can_list_children():
        raise OSError("this kernel does not list the children of a process")
    tasks = request.limits.processes * 8 + 16
    if slot is None:  # the kernel counts all that this user runs
        tasks += watch.tasks_of_user(os.geteuid())
    reading, writing = zip(*(os.pipe() for _ in range(3)), strict=True)
    holder = os.fork()
    if holder == 0:
        child.start(request, slot, *writing, tasks)
    for descriptor in writing:
        os.close(descriptor)
    job = Job(request, slot, channel, holder, Tail(request.limits.output_bytes))
    follow(job, *reading)
    wall_seconds = time.monotonic() - job.started
    status = ending.kill_all(holder, slot)
    drain(job, *reading)
    return result_of(job, status if job.status is None else job.status, wall_seconds)


def result_of(job: Job, status: int | None, wall_seconds: float) -> dict:
    if job.fault is not None:
        return {"fault": job.fault}
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = os.waitstatus_to_exitcode(status) if status is not None else -9
    if job.request.tier == "bubblewrap" and code > 128:
        code = 128 - code
    return {
        "exitCode": code if code >= 0 else None,
        "signal": -code if code < 0 else None,
        "limit": job.limit,
        "canceled": job.canceled,
        "output": job.tail.text(),
        "outputDroppedBytes": job.tail.dropped_bytes(),
        "wallSeconds": wall_seconds,
        "cpuSeconds": max(job.cpu_seconds, ended.ru_utime + ended.ru_stime),
        "peakMemoryBytes": max(job.peak_memory_bytes, ended.ru_maxrss * 1024),
    }
