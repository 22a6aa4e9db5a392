"""Makes the portable model when the training is over: in a process of its own, with a limit of its own."""

from __future__ import annotations

import functools
import json
import shutil
import time
from pathlib import Path

from .archive import publish
from .cancel import Cancellation
from .execution.local import LocalPool
from .leader import Best
from .protocol import Portable
from .training import Training, Trial

NAME = "portable"
LIMIT_SECONDS = 60.0
LONGEST_REASON = 1_000


def portable_model(training: Training, best: Best, trials: list[Trial], cancel: Cancellation) -> Portable:
    """What to tell of it. There is no file where anything goes wrong: the training has its models either way."""
    pool = LocalPool(training.spec["memoryBytes"], cancel.wake)
    folder = training.scratch / NAME
    try:
        pool.start(NAME, folder, functools.partial(_make, training, best, trials))
        until = time.monotonic() + LIMIT_SECONDS
        while not cancel.requested and time.monotonic() < until:
            for ended in pool.wait(until):
                return _told(training, best, ended.folder, ended.message if ended.code else None)
    finally:
        pool.kill_all()
    return _absent(best, "The training was cancelled." if cancel.requested else "It took more than 60 s to make.")


def _told(training: Training, best: Best, folder: Path, failure: str | None) -> Portable:
    if failure is not None:
        return _absent(best, failure)
    message: Portable = json.loads((folder / "portable.json").read_text(encoding="utf-8"))
    if message["artifact"] is not None:
        publish(folder / "portable.onnx", training.out / "portable.onnx")
    shutil.rmtree(folder, ignore_errors=True)
    return message


def _make(training: Training, best: Best, trials: list[Trial], folder: Path) -> None:
    # Here, not above: what only this process needs is not in the memory of those that train.
    from .export.graph import NotPortableError
    from .export.portable import report_portable

    try:
        report_portable(training, best.algorithm, best.score, trials, folder)
    except NotPortableError as reason:
        (folder / "portable.json").write_text(json.dumps(_absent(best, str(reason))), encoding="utf-8")


def _absent(best: Best, reason: str) -> Portable:
    return {
        "type": "portable",
        "algorithm": best.algorithm,
        "score": None,
        "gap": None,
        "members": [],
        "artifact": None,
        "parity": None,
        "reason": reason[:LONGEST_REASON],
    }
