"""Folds that outlive a lost worker: left in out/ for the server to fetch, taken up by the training that goes on."""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .archive import artifact
from .errors import FitError, RunnerError
from .fold_fit import fit_fold, prepare
from .fold_model import load_model
from .protocol import RunnerArtifact, TrainSpec
from .registry import families
from .resume import SAME_SCORE
from .run_state import RunState, TrialState
from .training import Training, Trial

NEWEST = 24
"""So many are in out/ at a time: the server fetches each within moments."""
LARGEST_BYTES = 64 * 1024**2
"""Larger ones cost more to copy than they are worth."""
BEST_OF_ONE = 3
"""Complete trials of an algorithm that are taken up beside its stored model; of the others only the scores are."""
FIGURES = "fold.json"
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


@dataclass
class KeptTrial:
    trial: Trial
    told: bool
    files: dict[int, Path] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)


class KeptFiles:
    """What is in out/ at present."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._names: deque[str] = deque()

    def add(self, file: RunnerArtifact) -> None:
        self._names.append(file["name"])
        if len(self._names) > NEWEST:
            (self._out / self._names.popleft()).unlink(missing_ok=True)

    def remove(self) -> None:
        """All of them, and what fits that were killed had begun."""
        for path in [*self._out.glob("fold-*.zip"), *self._out.glob(".fold-*.zip")]:
            path.unlink(missing_ok=True)


def fit_and_keep(training: Training, trial: Trial, fold: int, stop_at: float, folder: Path) -> None:
    """As `fit_fold`; fold.json tells the file in out/ too."""
    fit_fold(training, trial, fold, stop_at, folder)
    files = sorted(folder.iterdir())
    if sum(file.stat().st_size for file in files) > LARGEST_BYTES:
        return
    name = f"fold-{trial.algorithm}-{trial.number}-{fold}.zip"
    temporary = training.out / f".{name}"
    about = {"algorithm": trial.algorithm, "number": trial.number, "fold": fold, "parameters": dict(trial.parameters)}
    with zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr("trial.json", json.dumps(about))
        for file in files:
            archive.write(file, f"fold/{file.name}")
    figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    figures["file"] = artifact(temporary, name, "application/zip")
    (folder / FIGURES).write_text(json.dumps(figures), encoding="utf-8")
    temporary.replace(training.out / name)


def take_up_fold(training: Training, trial: Trial, fold: int, file: Path, folder: Path) -> None:
    """As `fit_fold`, with the model of that file. Raises FitError MODEL_INVALID where that scores otherwise."""
    prepared = prepare(training, fold)
    try:
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if name.startswith("fold/") and PLAIN_NAME.fullmatch(name[len("fold/") :]):
                    (folder / name[len("fold/") :]).write_bytes(archive.read(name))
        expected = float(json.loads((folder / FIGURES).read_text(encoding="utf-8"))["score"])
        model = load_model(families()[trial.algorithm], folder, prepared.features)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise FitError("MODEL_INVALID", "What was kept of it cannot be read.") from error
    score = training.score(training.rows(fold), model.predict(prepared.validation))
    if score is None or not math.isclose(score, expected, rel_tol=SAME_SCORE, abs_tol=SAME_SCORE):
        raise FitError("MODEL_INVALID", "What was kept of it scores otherwise on these data.")


def kept_trials(spec: TrainSpec) -> dict[str, list[KeptTrial]]:
    """By algorithm, in the order of their numbers. Raises SPEC_INVALID for a file that is none of ours."""
    found: dict[tuple[str, int], KeptTrial] = {}
    for entry in spec.get("keptFolds", []):
        path = Path(entry["file"])
        try:
            with zipfile.ZipFile(path) as archive:
                about = json.loads(archive.read("trial.json"))
                score = float(json.loads(archive.read(f"fold/{FIGURES}"))["score"])
            trial = Trial(about["algorithm"], int(about["number"]), about["parameters"])
            fold = int(about["fold"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise RunnerError("SPEC_INVALID", f"{path.name} is no fold of a training.") from error
        kept = found.setdefault((trial.algorithm, trial.number), KeptTrial(trial, entry["told"]))
        kept.files[fold] = path
        kept.scores[fold] = score
    by_algorithm: dict[str, list[KeptTrial]] = {}
    for (algorithm, _), kept in sorted(found.items()):
        by_algorithm.setdefault(algorithm, []).append(kept)
    return by_algorithm


def take_up(run: RunState, kept: Sequence[KeptTrial], fold_count: int, greater_is_better: bool) -> None:
    """Gives `run` the trials that were kept. The newest one goes on; earlier ones that were not complete had ended."""
    if not kept:
        return
    run.was_told = True
    sign = -1 if greater_is_better else 1
    known = {state.trial.number: state for state in run.trials} if run.recorded is not None else {}
    restored = [number for number, state in known.items() if state.restore is not None]
    complete = [one for one in kept if len(one.scores) == fold_count and one.trial.number not in restored]
    best = sorted(complete, key=lambda one: sign * sum(one.scores.values()))[:BEST_OF_ONE]
    for one in kept:
        number = one.trial.number
        run.next_number = max(run.next_number, number + 1)
        if number in known:
            if one in best and known[number].score is not None:
                known[number].take_up_for_ensemble(one.files)
            continue
        first = run.trials[0] if run.recorded is None and number == 0 else None
        state = first or TrialState(one.trial)
        if first is None:
            run.trials.append(state)
            run.begun += 1
        if first is not None or one in best or one is kept[-1]:
            state.kept, state.is_told = dict(one.files), one.told
        else:
            state.scores, state.dropped = dict(one.scores), True
