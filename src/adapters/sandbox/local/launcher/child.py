"""The job's side: from a fork of the supervisor to the runner's `main`."""

import fcntl
import os
import resource
import signal

from . import bubblewrap, kernel, landlock, namespaces, program, seccomp
from .request import Request, environment, python_directories
from .slots import Slot

OUTPUT, EVENTS, STATUS = 1, 3, 4
DEVICES = [f"/dev/{name}" for name in namespaces.DEVICES]
# loky stops at a directory that exists and may not be read
VISIBLE_PROC = [f"/proc/{name}" for name in ("cpuinfo", "meminfo", "stat", "version", "filesystems")]
# not all of it: `net` tells of every connection of the host
VISIBLE_PROC += [
    f"/proc/self/{name}"
    for name in (
        *("cgroup", "cmdline", "comm", "environ", "fd", "fdinfo", "io", "limits", "maps", "mem", "mountinfo", "mounts"),
        *("oom_score", "oom_score_adj", "smaps", "smaps_rollup", "stat", "statm", "status"),
    )
]


def start(request: Request, slot: Slot | None, output: int, events: int, status: int, tasks: int) -> None:
    """Runs in a fresh fork and never returns: becomes the job, or the process that holds it."""
    try:
        place_descriptors(output, events, status)
        os.setsid()
        if slot is not None:
            slot.become()
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if request.tier == "namespaces":
            hold_in_namespaces(request, tasks)
        elif request.tier == "bubblewrap":
            bubblewrap.execute(request, tasks)
        else:
            run(request, f"{request.base}/work", tasks)
    except BaseException as fault:
        report_fault(fault)
    finally:
        os._exit(70)


def report_fault(fault: BaseException) -> None:
    try:
        os.write(STATUS, f"fault {type(fault).__name__}: {fault}\n".encode()[:2000])
    except OSError:  # the job runs already, so its own streams tell what happened
        pass


def place_descriptors(output: int, events: int, status: int) -> None:
    """0 reads nothing, 1 and 2 are the text, 3 the events, 4 what the supervisor hears; nothing else is open."""
    null = os.open("/dev/null", os.O_RDONLY)
    above = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64) for descriptor in (null, output, output, events, status)]
    for target, descriptor in enumerate(above):
        os.dup2(descriptor, target)
    os.closerange(STATUS + 1, os.sysconf("SC_OPEN_MAX"))


def hold_in_namespaces(request: Request, tasks: int) -> None:
    """Three generations: this one outside the process namespace, its process 1, and the job."""
    namespaces.separate()
    first = os.fork()
    if first:
        os.closerange(0, STATUS + 1)
        os.waitpid(first, 0)
        os._exit(0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    namespaces.build_root(request)
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    job = os.fork()
    if job == 0:
        os.setsid()
        run(request, f"{namespaces.JOB}/work", tasks)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    os.closerange(0, STATUS)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(job, signal.SIGTERM))
    while True:
        ended, status = os.wait()
        if ended == job:
            os.write(STATUS, f"exit {status}\n".encode())
            os._exit(0)


def run(request: Request, work: str, tasks: int) -> None:
    """Gives up every right that is left and runs the program."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(work)
        os.umask(0o022)
        os.environ.clear()
        os.environ.update(environment(work, request.threads))
        if not has_shared_memory(request):
            os.environ["JOBLIB_MULTIPROCESSING"] = "0"
        program.bind_streams()
        set_limits(request, tasks)
        if request.tier != "unsafe":
            confine(request, work)
        os.write(STATUS, b"started\n")
        os.close(STATUS)
    except BaseException as fault:
        report_fault(fault)
        os._exit(70)
    program.run(request.module, request.arguments)


def confine(request: Request, work: str) -> None:
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    shared_memory = ["/dev/shm"] if has_shared_memory(request) else []
    writable = [work, *DEVICES]
    if request.tier == "landlock":
        readable = namespaces.SYSTEM + namespaces.SETTINGS + namespaces.HARDWARE + python_directories()
        readable += [*VISIBLE_PROC, "/sys/fs/cgroup", work, f"{request.base}/input"]
    else:
        readable = ["/"]
        writable += shared_memory
    landlock.restrict(readable, writable, shared_memory)
    seccomp.restrict()


def has_shared_memory(request: Request) -> bool:
    """As the server's own user on the host's /dev/shm, a job could reach what other programs keep there."""
    return request.tier != "landlock" or os.geteuid() != os.stat(request.base).st_uid


def set_limits(request: Request, tasks: int) -> None:
    """What the kernel counts for each process; the supervisor counts the job as a whole."""
    limits = request.limits
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, limits.disk_bytes)
    lower(resource.RLIMIT_CPU, int(limits.cpu_seconds) + 3)
    lower(resource.RLIMIT_NPROC, tasks)
    lower(resource.RLIMIT_NOFILE, 4096)
    lower(resource.RLIMIT_MEMLOCK, 1024**2)
    lower(resource.RLIMIT_MSGQUEUE, 0)
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("900")


def lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))
