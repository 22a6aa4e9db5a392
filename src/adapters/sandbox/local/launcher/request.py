"""What the server asks for: one JSON object per job, read by the process that watches it."""

import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    memory_bytes: int
    disk_bytes: int
    processes: int
    cpu_seconds: float
    wall_seconds: float
    output_bytes: int


@dataclass(frozen=True)
class Request:
    tier: str
    """'namespaces', 'bubblewrap', 'landlock' or 'unsafe'"""
    base: str
    """holds `work/` (writable: the job's directory with `out/` and `tmp/`) and `input/` (read-only)"""
    module: str
    """has `main(arguments: list[str]) -> int | None`"""
    arguments: list[str]
    threads: int
    limits: Limits
    bubblewrap: str | None
    """path of the program, for its tier"""

    @staticmethod
    def read(data: dict) -> "Request":
        return Request(**{**data, "limits": Limits(**data["limits"])})


def python_directories() -> list[str]:
    """Where this interpreter and its packages are, and this code."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    directories = {os.path.realpath(sys.base_prefix), sys.prefix, os.path.realpath(sys.prefix), here}
    return sorted(directory for directory in directories if directory != "/")


def environment(work: str, threads: int) -> dict[str, str]:
    """All that a job gets to see; nothing of the server's own environment."""
    count = str(threads)
    return {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": work,
        "TMPDIR": f"{work}/tmp",
        "JOBLIB_TEMP_FOLDER": f"{work}/tmp",
        "MPLCONFIGDIR": f"{work}/tmp",
        "USER": "job",
        "LOGNAME": "job",
        "TZ": "UTC",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "NUMEXPR_MAX_THREADS": count,
        "LOKY_MAX_CPU_COUNT": count,
    }
