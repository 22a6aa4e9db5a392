"""Archives of November 2026, kept in `archives/`: what loads today has to load in a year."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.__main__ import main
from aliquot_runner.errors import RunnerError
from aliquot_runner.registry import families
from aliquot_runner.stand_alone import load

ARCHIVES = Path(__file__).parent / "archives"
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def nothing_is_pickled(content: bytes) -> None:
    """Holds of a zip and of the zips and arrays in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            assert not part.startswith(PICKLES), name
            kind = Path(name).suffix
            if kind in (".skops", ".npz"):
                nothing_is_pickled(part)
            elif kind == ".npy":
                np.load(io.BytesIO(part), allow_pickle=False)
            elif kind == ".json":
                json.loads(part)
            else:
                assert kind in (".txt", ".ubj", ".cbm"), name


def changed(path: Path, to: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Path:
    """The archive with another manifest and other golden predictions, and the right checksum of them."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w") as target:
        manifest, golden = json.loads(source.read("manifest.json")), json.loads(source.read("golden.json"))
        change(manifest, golden)
        content = json.dumps(golden).encode()
        manifest["files"]["golden.json"] = sha256(content).hexdigest()
        for name in source.namelist():
            new = {"golden.json": content, "manifest.json": json.dumps(manifest).encode()}
            target.writestr(name, new.get(name) or source.read(name))
    return to


@pytest.mark.parametrize("algorithm", families())
def test_an_archive_is_still_what_it_was(algorithm: str) -> None:
    path = ARCHIVES / f"{algorithm}.zip"
    nothing_is_pickled(path.read_bytes())
    rows = pd.DataFrame({"label c0": [1.5, np.nan], "label c2": ["red", "never seen"], "unknown": [1, 2]})
    predicted = load(path).predict(rows)
    assert list(predicted.columns) == ["class 0", "class 1"]
    assert np.allclose(predicted.sum(axis=1), 1)
    with zipfile.ZipFile(path) as archive:
        manifest, golden = json.loads(archive.read("manifest.json")), json.loads(archive.read("golden.json"))
    assert {"python", "numpy", "pandas", "pyarrow"} <= set(manifest["libraries"])
    assert manifest["load"].startswith("python -m aliquot_runner apply")
    rows_of_fold = [len(fold["columns"][0]["values"]) for fold in golden["folds"].values()]
    assert sum(rows_of_fold) == 20


def test_models_that_have_changed_are_refused_with_the_libraries_that_have(tmp_path: Path) -> None:
    def predicts_otherwise(manifest: dict[str, Any], golden: dict[str, Any]) -> None:
        golden["folds"]["1"]["predictions"]["lightgbm-0"][3][0] += 0.01
        manifest["libraries"]["lightgbm"] = "1.0"

    other = changed(ARCHIVES / "lightgbm.zip", tmp_path / "other.zip", predicts_otherwise)
    with pytest.raises(RunnerError) as refused:
        load(other)
    assert refused.value.code == "MODEL_INVALID"
    assert "LightGBM of fold 2 predicts golden rows of its archive otherwise" in refused.value.message
    assert "by 0.01 at most" in refused.value.message
    assert "lightgbm 1.0 (here " in refused.value.message


def test_is_applied_to_a_file_without_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("label c0,label c2\n1.5,red\n,never seen\n", encoding="utf-8")
    assert main(["apply", str(ARCHIVES / "linear.zip"), str(rows)]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "class 0,class 1"
    frame = pd.DataFrame({"label c0": [1.5, np.nan], "label c2": ["red", "never seen"]})
    given = np.array([line.split(",") for line in lines], dtype=np.float64)
    assert np.array_equal(given, load(ARCHIVES / "linear.zip").predict(frame).to_numpy())
    assert main(["apply", str(rows), str(rows)]) == 1
    assert capsys.readouterr().err == "The model archive cannot be read.\n"
