"""What a run was computed from, so that anybody can compute it again and compare."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_info

from .families.base import Values
from .fit_record import read_record
from .folds import fingerprint
from .libraries import library_versions
from .protocol import ProvenBlend, ProvenTrial, RunProof
from .training import Training, Trial

Weights = npt.NDArray[np.float64]


def run_proof(
    training: Training, trials: Sequence[Trial], folds: Sequence[int], prediction: Values, weights: Weights | None
) -> RunProof:
    """`prediction`: what the score is of. `weights`: (folds, trials) of a blend, the rows of each fold by their own."""
    used = range(len(trials)) if weights is None else np.flatnonzero(weights.any(axis=0)).tolist()
    blend: ProvenBlend | None = None if weights is None else {"weights": weights[:, used].tolist()}
    return {
        "foldsSha256": fingerprint(training.folds),
        "predictionsSha256": digest(prediction),
        "trials": [_trial(training, trials[place], folds) for place in used],
        "blend": blend,
        "runnerSha256": runner_digest(),
        "machine": machine(),
        "libraries": library_versions(),
    }


def _trial(training: Training, trial: Trial, folds: Sequence[int]) -> ProvenTrial:
    proven: ProvenTrial = {
        "algorithm": trial.algorithm,
        "trial": trial.number,
        "parameters": dict(trial.parameters),
        "folds": [],
    }
    for fold in folds:
        folder = trial.folder(training, fold)
        record = read_record(training, folder, fold)
        figures = json.loads((folder / "fold.json").read_text(encoding="utf-8"))
        proven["folds"].append(
            {
                "fold": fold,
                "seed": record.seed,
                "threads": record.threads,
                "decided": dict(record.decided),
                "score": float(figures["score"]),
                "predictionsSha256": digest(np.load(folder / "predictions.npy", allow_pickle=False)),
            }
        )
    return proven


def digest(prediction: Values) -> str:
    """Of the figures row by row, little-endian, 64 bits each."""
    return hashlib.sha256(np.ascontiguousarray(prediction, dtype="<f8").tobytes()).hexdigest()


@functools.cache
def runner_digest() -> str:
    """Of the sources of this package, name by name."""
    root = Path(__file__).resolve().parent
    total = hashlib.sha256()
    for file in sorted(path for kind in ("*.py", "*.json") for path in root.rglob(kind)):
        content = file.read_bytes()
        total.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return total.hexdigest()


def machine() -> str:
    """The kind of processor, and which arithmetic the linear algebra has chosen for it: last digits hang on these."""
    kinds = {str(library["architecture"]) for library in threadpool_info() if library.get("architecture")}
    return " ".join([platform.machine(), *sorted(kinds)])
