"""Holds one job in the box: lays it out, has the launcher run it, spools what it says, collects its files."""

import json
import os
import select
import signal
import socket
import struct
import sys
import time

from aliquot_launcher import host, kernel

from . import files
from .spool import Spool

# inside the box, whose virtual machine is the boundary, the job is held as on a host; the last one has only limits
TIERS = ["namespaces", "landlock", "unsafe"]
HEARTBEAT_SECONDS = 2
HEADER_BYTES = 5
PROBE_LIMITS = {
    "memory_bytes": 1024**3,
    "disk_bytes": 1024**2,
    "processes": 8,
    "cpu_seconds": 20,
    "wall_seconds": 20,
    "output_bytes": 4096,
}


class FaultError(Exception):
    """The job could not be run to its end; says why."""


class TemplateError(Exception):
    """The template has not what the job needs."""


def serve(directory: str) -> None:
    """Stays until its box is ended: what a process says last may be lost on its way when it ends right after that."""
    spool = Spool(f"{directory}/spool")
    try:
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)  # boxes let their user become root
        with open(f"{directory}/request.json", encoding="utf-8") as file:
            asked = json.load(file)
        if sys._xoptions.get("aliquot-lock") != asked["lock"]:
            raise TemplateError("its libraries are of another version than this server's")
        job = Job(directory, spool, asked["request"])
        result = job.run(choose_tier(directory, spool, asked["request"]))
        spool.write(b"R", json.dumps(result).encode())
    except TemplateError as fault:
        spool.write(b"T", f"{fault}".encode())
    except Exception as fault:  # whatever it is, the server is told
        spool.write(b"F", f"{type(fault).__name__}: {fault}".encode())
    while True:
        spool.write(b"H")
        time.sleep(HEARTBEAT_SECONDS)


def choose_tier(directory: str, spool: Spool, request: dict) -> str:
    probe = {**request, "module": "aliquot_box.probe", "arguments": [], "limits": PROBE_LIMITS}
    faults = []
    for tier in TIERS:
        lay_out(f"{directory}/probe", None)
        verdict = Supervisor(directory, {**probe, "tier": tier, "base": f"{directory}/probe"}).converse(spool)
        if verdict.get("exitCode") == 0:
            return tier
        faults.append(f"{tier}: {verdict.get('fault') or verdict.get('output')}")
    raise FaultError("; ".join(faults))


def lay_out(base: str, inputs: str | None) -> None:
    """As the local sandbox does: `work/` is the job's own, `input/` is seen as `work/in`."""
    for path in ("", "/work", "/work/out", "/work/tmp", "/root"):
        os.mkdir(f"{base}{path}", 0o755)
    if inputs is None:
        os.mkdir(f"{base}/input", 0o755)
    else:
        os.rename(inputs, f"{base}/input")
        for name in os.listdir(f"{base}/input"):
            os.chmod(f"{base}/input/{name}", 0o444)
        os.chmod(f"{base}/input", 0o755)
    os.symlink("../input", f"{base}/work/in")


class Job:
    def __init__(self, directory: str, spool: Spool, request: dict) -> None:
        self._directory = directory
        self._spool = spool
        self._request = request

    def run(self, tier: str) -> dict:
        base = f"{self._directory}/job"
        files.join_parts(f"{self._directory}/parts", f"{self._directory}/inputs")
        lay_out(base, f"{self._directory}/inputs")
        supervisor = Supervisor(self._directory, {**self._request, "tier": tier, "base": base})
        verdict = supervisor.converse(self._spool, commands=0, keep=True)
        if "fault" in verdict:
            raise FaultError(verdict["fault"])
        if verdict["signal"] is not None:
            verdict["signal"] = signal.Signals(verdict["signal"]).name
        limit_bytes = self._request["limits"]["disk_bytes"]
        collected = files.collect(f"{base}/work/out", f"{self._directory}/collected", limit_bytes)
        supervisor.release()
        return {**verdict, **collected}


class Supervisor:
    """The launcher's supervisor, spoken with as the server does on its own host."""

    def __init__(self, directory: str, request: dict) -> None:
        address = f"{directory}/control.sock"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(address)
        listener.listen(1)
        self._process = host.start(address, "supervisor")
        listener.settimeout(30)
        self._connection, _ = listener.accept()
        listener.close()
        os.unlink(address)
        self._received = bytearray()
        self._send(json.dumps(request))

    def converse(self, spool: Spool, commands: int | None = None, keep: bool = False) -> dict:
        """Until its verdict. `commands` is a descriptor whose lines are passed on; `keep` leaves the files."""
        sources = [self._connection, *([] if commands is None else [commands])]
        overfull = False
        next_beat = 0.0
        greeted = False
        while True:
            if time.monotonic() >= next_beat:
                spool.write(b"H")
                next_beat = time.monotonic() + HEARTBEAT_SECONDS
            ready, _, _ = select.select(sources, [], [], max(0.0, next_beat - time.monotonic()))
            if commands in ready:
                data = os.read(commands, 4096)
                if data:
                    self._connection.sendall(data)
                else:
                    sources.remove(commands)
            if self._connection not in ready:
                continue
            if not self._receive():
                raise FaultError("the supervisor of the job ended")
            if not greeted:
                greeted = self._skip_greeting()
            while greeted and (frame := self._next_frame()):
                kind, content = frame
                if kind == b"E" and not overfull:
                    spool.write(b"E", content)
                    overfull = spool.is_full()
                    if overfull:
                        self._send("cancel 0")
                if kind == b"R":
                    verdict = json.loads(content)
                    if overfull:
                        verdict.update(limit="DISK", canceled=False)
                    if not keep:
                        self.release()
                    return verdict

    def release(self) -> None:
        """Lets it remove the files of the job, and waits for its end."""
        self._send("release")
        self._connection.close()
        os.waitpid(self._process, 0)

    def _send(self, line: str) -> None:
        self._connection.sendall(f"{line}\n".encode())

    def _receive(self) -> bool:
        data = self._connection.recv(1024**2)
        self._received += data
        return bool(data)

    def _skip_greeting(self) -> bool:
        end = self._received.find(b"\n")
        if end >= 0:
            del self._received[: end + 1]
        return end >= 0

    def _next_frame(self) -> tuple[bytes, bytes] | None:
        if len(self._received) < HEADER_BYTES:
            return None
        (size_bytes,) = struct.unpack(">I", self._received[1:HEADER_BYTES])
        end = HEADER_BYTES + size_bytes
        if len(self._received) < end:
            return None
        frame = bytes(self._received[:1]), bytes(self._received[HEADER_BYTES:end])
        del self._received[:end]
        return frame
