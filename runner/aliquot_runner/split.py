"""The verb `split`: the folds of a training before it, for what has to be done to each fold outside of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .archive import artifact
from .channel import Channel
from .errors import RunnerError
from .folds import Folds, draw_folds, fingerprint
from .protocol import PreparedFolds, SplitSpec
from .table import read_raw
from .target import Target, read_target

NAME = "folds.u8"
LEFT_OUT = 255


def split(spec: SplitSpec, channel: Channel, out: Path) -> None:
    """Raises RunnerError where there is nothing to learn."""
    raw = read_raw(Path(spec["data"]), spec["target"])
    target = read_target(raw, spec["taskType"])
    folds = draw_folds(target, spec["folds"]["count"], spec["folds"]["seed"])
    whole = np.full(len(raw), LEFT_OUT, dtype=np.uint8)
    whole[target.kept] = folds
    (out / NAME).write_bytes(whole.tobytes())
    channel.emit(
        {
            "type": "split",
            "rows": len(folds),
            "droppedRows": len(raw) - len(folds),
            "folds": int(folds.max()) + 1,
            "foldsSha256": fingerprint(folds),
            "artifact": artifact(out / NAME, NAME, "application/octet-stream"),
        }
    )


def read_folds(prepared: PreparedFolds, target: Target, rows: int) -> Folds:
    """The folds that `split` has left, of the rows with a target. Raises SPEC_INVALID where they are of other rows."""
    try:
        whole = np.fromfile(prepared["folds"], dtype=np.uint8)
    except OSError as error:
        raise RunnerError("SPEC_INVALID", "The folds cannot be read.") from error
    if len(whole) != rows or not np.array_equal(np.flatnonzero(whole != LEFT_OUT), target.kept):
        raise RunnerError("SPEC_INVALID", "The folds are not of the rows of this table.")
    folds: Folds = whole[target.kept]
    if fingerprint(folds) != prepared["foldsSha256"]:
        raise RunnerError("SPEC_INVALID", "The folds are not those that were drawn.")
    return folds
