"""Settings of the kernel and of control groups, by their files."""

import glob
import os

from fake_runner.attempts import attempt

PATHS = """
/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/kernel/randomize_va_space
/proc/sys/vm/overcommit_memory /proc/sys/vm/drop_caches /proc/sys/net/ipv4/ip_forward /proc/sys/fs/suid_dumpable
/proc/sysrq-trigger /proc/self/attr/exec /proc/self/coredump_filter2 /proc/self/loginuid /proc/self/uid_map
/proc/1/oom_score_adj /proc/irq/default_smp_affinity /proc/sys/fs/binfmt_misc/register /proc/self/sched
/sys/kernel/uevent_helper /sys/power/state /sys/kernel/mm/transparent_hugepage/enabled /sys/module/kernel/parameters/panic
/sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/release_agent /sys/fs/cgroup/memory/release_agent
""".split()


def main(arguments):
    for path in PATHS:
        attempt(path, lambda path=path: os.close(os.open(path, os.O_WRONLY)) or "opened")
    for path in glob.glob("/sys/fs/cgroup/*"):
        attempt(f"group in {path}", lambda path=path: os.mkdir(f"{path}/attack") or "made")
    for path in glob.glob("/proc/sys/*/*")[:200]:
        if os.path.isfile(path):
            attempt(path, lambda path=path: os.close(os.open(path, os.O_WRONLY)) or "opened")
    attempt("host name", lambda: None if os.system("hostname attack 2>/dev/null") else "set")
