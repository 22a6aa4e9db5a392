"""Cross-validates configurations on the exported tables: `measure.py TABLES RESULTS [NAME…]`, runner on PYTHONPATH.

Leaves RESULTS/TABLE/NAME.{json,npy}: seconds of CPU, score and out-of-fold predictions; beside them truth and folds.
What is there is done again only where the code of the algorithm, the configuration or what the encoder makes of the
table is another by now, so that it may be ended and begun again at any time. All tables get the first configuration of
each algorithm before any gets the second.
"""

from __future__ import annotations

import ast
import hashlib
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from configurations import Configuration, configurations

from aliquot_runner import families as family_package
from aliquot_runner.fold_fit import fit_fold, prepare
from aliquot_runner.folds import draw_folds
from aliquot_runner.registry import families, find_metric
from aliquot_runner.table import read_raw, read_table
from aliquot_runner.target import read_target
from aliquot_runner.training import Training, Trial, out_of_fold

FOLDS = 5
MAXIMUM_ROWS = 3_000
"""Of larger tables so many are drawn: the whole then takes about an hour of one core."""
CPU_SECONDS = 60
WALL_SECONDS = 600.0
NOT_OF_A_FIT = {"protocol.py", "errors.py", "base.py", "encoder.py"}


def main(tables: Path, results: Path, wanted: list[str]) -> None:
    names = wanted or sorted(path.stem for path in tables.glob("*.json"))
    specs = {name: json.loads((tables / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    with tempfile.TemporaryDirectory() as scratch:
        places = {name: Places(tables / name, results / name, Path(scratch, name)) for name in names}
        matrices = {name: in_child(prepare_all, place) for name, place in places.items()}
        for configuration in configurations():
            for name, spec in specs.items():
                done = results / name / f"{configuration.name}.json"
                digest = digest_of(configuration, matrices[name]["digest"])
                if spec["taskType"] not in families()[configuration.algorithm].tasks or is_measured(done, digest):
                    continue
                figures: dict[str, Any] = {
                    "algorithm": configuration.algorithm,
                    "parameters": configuration.parameters,
                    "digest": digest,
                }
                figures |= in_child(fit_all, places[name], configuration)
                write(done, figures)
                result = figures.get("score", figures.get("error"))
                print(name, configuration.name, result, figures["seconds"], flush=True)


@dataclass(frozen=True)
class Places:
    """`table`: without suffix. `folder`: of its results. `scratch`: kept between the configurations of a table."""

    table: Path
    folder: Path
    scratch: Path


def is_measured(done: Path, digest: str) -> bool:
    return done.exists() and json.loads(done.read_text(encoding="utf-8"))["digest"] == digest


def write(path: Path, figures: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(figures), encoding="utf-8")
    draft.rename(path)


def in_child(work: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """A process of its own ends alone where a configuration takes too long. This one never opens a parallel region."""
    context = multiprocessing.get_context("fork")
    answer, theirs = context.Pipe(duplex=False)
    child = context.Process(target=lambda: theirs.send(work(*arguments)))
    child.start()
    theirs.close()
    heard: dict[str, Any] = {"error": f"over {CPU_SECONDS} s", "seconds": float(CPU_SECONDS)}
    try:
        if answer.poll(WALL_SECONDS):
            heard = answer.recv()
    except EOFError:
        pass
    finally:
        child.kill()
        child.join()
    return heard


def prepare_all(places: Places) -> dict[str, Any]:
    """The digest of what the algorithms are given."""
    training = training_of(places)
    digest = hashlib.sha256()
    for fold in range(training.fold_count):
        prepared = prepare(training, fold)
        digest.update(prepared.train.tobytes() + prepared.validation.tobytes() + repr(prepared.features).encode())
    return {"digest": digest.hexdigest()}


def fit_all(places: Places, configuration: Configuration) -> dict[str, Any]:
    """The figures of one configuration on one table; its predictions are left in the folder."""
    training = training_of(places)
    soft = int(time.process_time()) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft))
    parameters = {**families()[configuration.algorithm].defaults, **configuration.parameters}
    trial = Trial(configuration.algorithm, 0, parameters)
    began = time.process_time()
    figures: dict[str, Any] = {}
    try:
        for fold in range(training.fold_count):
            place = trial.folder(training, fold)
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            fit_fold(training, trial, fold, time.monotonic() + WALL_SECONDS, place)
        rows, prediction = out_of_fold(training, trial, list(range(training.fold_count)))
        draft = places.folder / "draft.npy"
        np.save(draft, prediction.astype(np.float32))
        draft.rename(places.folder / f"{configuration.name}.npy")
        figures["score"] = training.score(rows, prediction)
    except Exception as error:
        figures["error"] = f"{type(error).__name__}: {error}"
    figures["seconds"] = round(time.process_time() - began, 3)
    return figures


def training_of(places: Places) -> Training:
    spec: dict[str, Any] = json.loads(places.table.with_suffix(".json").read_text(encoding="utf-8"))
    spec |= {"seed": 0, "steps": []}
    columns = [column for column in spec["columns"] if column["name"] != spec["target"]]
    path = places.table.with_suffix(".parquet")
    raw = read_raw(path, spec["target"])
    chosen = np.sort(np.random.default_rng(0).permutation(len(raw))[:MAXIMUM_ROWS])
    target = read_target(raw.iloc[chosen].reset_index(drop=True), spec["taskType"])
    frame = read_table(path, columns).iloc[chosen[target.kept]].reset_index(drop=True).copy()
    folds = draw_folds(target, FOLDS, 0)
    places.folder.mkdir(parents=True, exist_ok=True)
    np.save(places.folder / "truth.npy", target.values)
    np.save(places.folder / "folds.npy", folds)
    places.scratch.mkdir(exist_ok=True)
    metric = find_metric(spec["metric"], spec["taskType"])
    return Training(
        spec,  # type: ignore[arg-type]
        frame,
        columns,
        target,
        folds,
        int(folds.max()) + 1,
        metric,
        places.scratch,
        places.scratch,
        threads_per_fit=1,
    )


def digest_of(configuration: Configuration, prepared: str) -> str:
    """Of the parameters, of what the encoder makes of the table and of all the code of ours that fits the algorithm."""
    start = Path(str(family_package.__file__)).parent / f"{configuration.algorithm}.py"
    seen: dict[Path, None] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in seen and path.name not in NOT_OF_A_FIT:
            seen[path] = None
            waiting += imported(path)
    digest = hashlib.sha256(json.dumps([prepared, configuration.parameters], sort_keys=True).encode())
    for path in sorted(seen):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def imported(path: Path) -> Iterator[Path]:
    """Modules of the runner that this one imports by relative names."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level > 0 and node.module:
            found = path.parents[node.level - 1].joinpath(*node.module.split(".")).with_suffix(".py")
            if found.exists():
                yield found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
