"""The portable model of a training: a small blend of its runs as one ONNX file, with a score of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..archive import Member, artifact, name_of, pack, unpack
from ..ensemble import cross_fitted, greedy_weights
from ..families.base import Values
from ..predict import apply_model
from ..protocol import Portable
from ..registry import families
from ..training import Training, Trial, out_of_fold
from .graph import NotPortableError
from .model import compose, prediction_of
from .parity import Parity, compare, rows_to_compare

MEDIA_TYPE = "application/onnx"
MAXIMUM_MEMBERS = 4
MAXIMUM_BYTES = 30_000_000
SECONDS_TO_CHOOSE = 20
SECONDS_TO_BLEND = 5


@dataclass(frozen=True)
class Candidate:
    trial: Trial
    prediction: Values
    score: float


class Archive:
    """The candidates unpacked, and rows to hold graphs of them against."""

    def __init__(self, training: Training, trials: list[Trial], folder: Path) -> None:
        folds = list(range(training.fold_count))
        pack(training, [Member(trial, folds, 1.0) for trial in trials], folder / "native.zip")
        self._folder = folder / "native"
        self._manifest: dict[str, Any] = unpack(folder / "native.zip", self._folder)
        self._columns = training.columns
        self._rows = rows_to_compare(training.frame, training.columns, training.spec["seed"])
        self._spread = float(np.std(training.target.values)) if training.classes == 0 else 1.0

    def export(self, weights: Mapping[str, float]) -> tuple[bytes, Parity]:
        """The graph of these members by their names, held against their predictions. Raises NotPortableError."""
        members = [
            {**member, "weight": weights[name]}
            for member in self._manifest["members"]
            if (name := name_of(member)) in weights
        ]
        model = compose(self._manifest, self._folder, members)
        if len(model) > MAXIMUM_BYTES:
            raise NotPortableError("It is too large for a file of 30 MB.")
        expected = apply_model({**self._manifest, "members": members}, self._folder, lambda _: self._rows)
        parity = compare(model, self._rows, self._columns, expected, self._spread)
        if parity.crossed_rows > 0:
            raise NotPortableError(
                f"Its graph predicts {parity.crossed_rows} of {parity.rows} rows otherwise, "
                f"by {parity.max_difference:.1e} at most."
            )
        return model, parity


def report_portable(training: Training, best: str, best_score: float, trials: list[Trial], folder: Path) -> None:
    """Leaves portable.json, and portable.onnx where there is one. Raises NotPortableError."""
    if "prepared" in training.spec:
        raise NotPortableError("The rows are made by code of your own, which a graph cannot run.")
    candidates = _candidates(training, [trial for trial in trials if prediction_of(trial.algorithm) is not None])
    if not candidates:
        raise NotPortableError("No algorithm that a graph can hold was scored on all folds.")
    archive = Archive(training, [candidate.trial for candidate in candidates], folder)
    chosen = _choose(archive, candidates)
    truth, positive, seed = training.target.values, training.target.positive, training.spec["seed"]
    predictions = [candidate.prediction for candidate in chosen]
    until = time.monotonic() + SECONDS_TO_BLEND
    found = greedy_weights(training.metric, truth, predictions, positive, seed, until)
    honest, _ = cross_fitted(
        training.metric, truth, predictions, training.folds, positive, seed, until + SECONDS_TO_BLEND
    )
    weights = {
        candidate.trial.name: float(weight) for candidate, weight in zip(chosen, found, strict=True) if weight > 0
    }
    model, parity = archive.export(weights)
    (folder / "portable.onnx").write_bytes(model)
    score = training.score(np.arange(len(truth)), honest)
    worse = None if score is None else best_score - score if training.metric.greater_is_better else score - best_score
    message: Portable = {
        "type": "portable",
        "algorithm": best,
        "score": score,
        "gap": worse,
        "members": [
            {"algorithm": trial.algorithm, "trial": trial.number, "weight": weights[trial.name]}
            for trial in (candidate.trial for candidate in chosen)
            if trial.name in weights
        ],
        "artifact": artifact(folder / "portable.onnx", "portable.onnx", MEDIA_TYPE),
        "parity": {
            "rows": parity.rows,
            "maxDifference": parity.max_difference,
            "crossedRows": parity.crossed_rows,
        },
        "reason": None,
    }
    (folder / "portable.json").write_text(json.dumps(message), encoding="utf-8")


def _candidates(training: Training, trials: list[Trial]) -> list[Candidate]:
    """The best first."""
    found = []
    for trial in trials:
        rows, prediction = out_of_fold(training, trial, list(range(training.fold_count)))
        score = training.score(rows, prediction)
        if score is not None:
            found.append(Candidate(trial, prediction, score))
    return sorted(found, key=lambda candidate: candidate.score, reverse=training.metric.greater_is_better)


def _choose(archive: Archive, candidates: list[Candidate]) -> list[Candidate]:
    """The best that a graph can hold, as many as fit into one file."""
    until = time.monotonic() + SECONDS_TO_CHOOSE
    chosen: list[Candidate] = []
    reasons: list[str] = []
    left = MAXIMUM_BYTES
    for candidate in candidates:
        if len(chosen) == MAXIMUM_MEMBERS or (chosen and time.monotonic() > until):
            break
        try:
            model, _ = archive.export({candidate.trial.name: 1.0})
        except NotPortableError as reason:
            reasons.append(f"{families()[candidate.trial.algorithm].label}: {reason}")
            continue
        if len(model) <= left:
            chosen.append(candidate)
            left -= len(model)
    if not chosen:
        raise NotPortableError(" ".join(reasons))
    return chosen
