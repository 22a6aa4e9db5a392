"""The model archive: a zip of native model files with a manifest; equal models give equal bytes.

manifest.json: format, task, target, classes, columns, metric, seed, libraries, members (algorithm, trial, weight,
parameters, folds), how to load it, and the SHA-256 of every other file. golden.json: see `golden`, rows with their
predictions. preparation/<fold>.json: fitted steps and encoder of a fold;
`prepared` says that code outside the archive makes what they are given, which the server keeps.
<algorithm>-<trial>/<fold>/: that fold's model. A prediction is the weighted mean over members of the mean over their
folds.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import RunnerError
from .golden import GOLDEN, golden_predictions
from .libraries import library_versions
from .protocol import RunnerArtifact
from .training import Training, Trial

FORMAT = 2
LOAD = "python -m aliquot_runner apply MODEL.zip ROWS.csv, with aliquot_runner and the libraries above installed"
MEDIA_TYPE = "application/zip"
NOT_OF_THE_MODEL = {"predictions.npy", "fold.json"}
MAXIMUM_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Member:
    trial: Trial
    folds: list[int]
    weight: float


def pack(training: Training, members: Sequence[Member], path: Path) -> None:
    """Writes the archive of these members to `path`."""
    files: dict[str, Path] = {}
    for member in members:
        for fold in member.folds:
            files[f"preparation/{fold}.json"] = training.scratch / f"prepared-{fold}" / "preparation.json"
            folder = member.trial.folder(training, fold)
            for file in sorted(folder.iterdir()):
                if file.name not in NOT_OF_THE_MODEL:
                    files[f"{member.trial.name}/{fold}/{file.name}"] = file
    golden = golden_predictions(training, [(member.trial, member.folds) for member in members])
    hashes = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in sorted(files.items())}
    hashes[GOLDEN] = hashlib.sha256(golden).hexdigest()
    manifest = _manifest(training, members, hashes)
    with zipfile.ZipFile(path, "w") as archive:
        _write(archive, "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False).encode())
        _write(archive, GOLDEN, golden)
        for name, file in sorted(files.items()):
            _write(archive, name, file.read_bytes())


def _manifest(training: Training, members: Sequence[Member], hashes: Mapping[str, str]) -> dict[str, Any]:
    spec = training.spec
    return {
        "format": FORMAT,
        "task": spec["taskType"],
        "target": spec["target"],
        "classes": training.target.classes,
        "columns": training.columns,
        "metric": spec["metric"],
        "seed": spec["seed"],
        "foldSeed": spec["folds"]["seed"],
        "prepared": "prepared" in spec,
        "libraries": library_versions(member.trial.algorithm for member in members),
        "load": LOAD,
        "members": [
            {
                "algorithm": member.trial.algorithm,
                "trial": member.trial.number,
                "weight": member.weight,
                "parameters": dict(member.trial.parameters),
                "folds": member.folds,
            }
            for member in members
        ],
        "files": dict(hashes),
    }


def name_of(member: Mapping[str, Any]) -> str:
    """As `Trial.name`, of a member in a manifest."""
    return f"{member['algorithm']}-{member['trial']}"


def model_folder(folder: Path, member: Mapping[str, Any], fold: int) -> Path:
    """Where an unpacked archive has the model of one fold of a member."""
    return folder / name_of(member) / str(fold)


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Without a date and with a fixed level, so that equal models give equal bytes.
    packed = name.endswith(".skops")
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED, 1)


def unpack(path: Path, folder: Path, part: str = "") -> dict[str, Any]:
    """Checks files against the manifest, writes them to `folder`, returns the manifest. Raises MODEL_INVALID.

    `part`: how the names of those begin that are wanted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAXIMUM_BYTES:
                raise RunnerError("MODEL_INVALID", "The model archive is too large.")
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            if manifest.get("format") != FORMAT:
                raise RunnerError("MODEL_INVALID", "The model archive has a format that this runner does not know.")
            for name, expected in manifest["files"].items():
                if not name.startswith(part):
                    continue
                content = archive.read(name)
                if hashlib.sha256(content).hexdigest() != expected:
                    raise RunnerError("MODEL_INVALID", f"The file {name} of the model archive is damaged.")
                _extract(folder, name, content)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise RunnerError("MODEL_INVALID", "The model archive cannot be read.") from error
    return manifest


def _extract(folder: Path, name: str, content: bytes) -> None:
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise RunnerError("MODEL_INVALID", "The model archive names a file outside itself.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def artifact(path: Path, name: str, media_type: str) -> RunnerArtifact:
    content = path.read_bytes()
    return {
        "name": name,
        "mediaType": media_type,
        "sha256": hashlib.sha256(content).hexdigest(),
        "byteSize": len(content),
    }


def publish(source: Path, target: Path) -> None:
    """Moves the file in one step, so that no one ever sees half of it."""
    temporary = target.with_name(f".{target.name}")
    shutil.move(source, temporary)
    temporary.replace(target)
