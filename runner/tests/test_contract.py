"""Golden messages for the server's tests, and generated files that are up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aliquot_runner.catalog import catalog
from aliquot_runner.registry import families

from .test_predict import predict_spec
from .workbench import PACKAGE_ROOT, Message, compile_spec, run_job, table, train_spec

REPOSITORY = PACKAGE_ROOT.parent
GOLDEN = REPOSITORY / "test" / "golden" / "messages.jsonl"
SPLIT_FIELDS = ("protocol", "data", "target", "taskType", "folds")
TIMES = {"seconds", "fitSeconds", "predictMicrosPerRow"}


def steady(value: Any, key: str = "") -> Any:
    """The same on every machine: no times, versions, sizes or last digits."""
    if key in TIMES:
        return 0
    if key == "sha256" or key.endswith("Sha256"):
        return "0" * 64
    if key in ("byteSize", "modelBytes"):
        return 1
    if key == "machine":
        return "x86_64"
    if key == "libraries":
        return dict.fromkeys(["python", "numpy"], "0.0.0")
    if isinstance(value, dict):
        return {name: steady(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [steady(inner) for inner in value]
    return round(value, 4) if isinstance(value, float) else value


def example_messages(folder: Path) -> list[Message]:
    frame = table(120)
    both = frame.drop(columns="c6")
    number = frame.drop(columns="c5")
    number.loc[0, "c6"] = None
    changes: Message = {"algorithms": ["decision_tree", "linear", "ensemble"], "threads": 1}
    found: list[Message] = []
    for name, spec, rows in (
        ("class", train_spec(both, "c5", "BINARY_CLASSIFICATION", "roc_auc", **changes), both),
        ("number", train_spec(number, "c6", "REGRESSION", "rmse", **changes), number),
        ("wrong", train_spec(both, "c5", "BINARY_CLASSIFICATION", "rmse"), both),
    ):
        told = run_job(folder / name, spec, {"data.parquet": rows}).messages
        # How much time is left is not the same every time.
        told = [message for message in told if message.get("severity") != "INFO"]
        # Which of two algorithms is reported first, and so is best for a moment, is not the same every time.
        last = [message for message in told if message["type"] == "bestChanged"][-1:]
        found.extend([message for message in told if message["type"] != "bestChanged"] + last)
    model = folder / "class" / "out" / "linear.zip"
    found.extend(run_job(folder / "use", predict_spec(both), {"data.parquet": both, "model.zip": model}).messages)
    split = {name: train_spec(number, "c6", "REGRESSION", "rmse")[name] for name in SPLIT_FIELDS} | {"kind": "split"}
    found.extend(run_job(folder / "split", split, {"data.parquet": number}).messages)
    steps = [{"key": "datetime_parts", "parameters": {}}]
    compiled = compile_spec(both, "c5", steps)
    found.extend(run_job(folder / "compile", compiled, {}).messages)
    (folder / "code.py").write_text('open("file")\n', encoding="utf-8")
    edited = compiled | {"kind": "parse", "code": "in/code.py", "original": "in/original.py"}
    files = {"code.py": folder / "code.py", "original.py": folder / "compile" / "out" / "pipeline.py"}
    found.extend(run_job(folder / "parse", edited, files).messages)
    return found


def test_golden_messages(tmp_path: Path) -> None:
    messages = [message for message in example_messages(tmp_path) if message["type"] != "progress"]
    progress = {"type": "progress", "fraction": 0.5, "message": "Fitting", "etaSeconds": None, "bestScore": 0.5}
    failed = {"type": "runFailed", "algorithm": "linear", "code": "FIT_FAILED", "message": "It did not work."}
    heard = {"type": "iterationScored", "algorithm": "linear", "trial": 1, "fold": 0, "iteration": 120, "score": 0.4312}
    tuned = {
        **{"type": "tuned", "algorithm": "linear", "strategy": "TPE", "trials": 9, "baselineScore": 1.7},
        **{"bestTrial": 4, "bestScore": 1.6, "improvement": 0.1, "ties": [3, 7]},
        "importance": [{"parameter": "penalty", "importance": 1.0}],
    }
    portable = {
        **{"type": "portable", "algorithm": "ensemble", "score": 0.51, "gap": 0.01, "reason": None},
        "members": [{"algorithm": "linear", "trial": 0, "weight": 1.0}],
        "artifact": {"name": "portable.onnx", "mediaType": "application/onnx", "sha256": "0" * 64, "byteSize": 1},
        "parity": {"rows": 2000, "maxDifference": 0.0, "crossedRows": 0},
    }
    # In one order: which of two processes ends first is not the same every time.
    lines = sorted(
        json.dumps(steady(message), ensure_ascii=False)
        for message in [*messages, progress, failed, heard, tuned, portable]
    )
    content = "\n".join(lines) + "\n"
    former = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(content, encoding="utf-8")
    assert former.splitlines() == content.splitlines(), "test/golden/messages.jsonl is written anew: review it"


def test_the_catalogue_is_up_to_date() -> None:
    committed = json.loads((REPOSITORY / "schema" / "catalog.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(catalog())), "run runner/generate.sh"


def test_one_source_file_names_an_algorithm() -> None:
    sources = {file: file.read_text(encoding="utf-8") for file in (PACKAGE_ROOT / "aliquot_runner").rglob("*.py")}
    for key in families():
        naming = [file.name for file, text in sources.items() if f'"{key}"' in text]
        assert naming == [f"{key}.py"], key


def test_files_are_short() -> None:
    generated = PACKAGE_ROOT / "aliquot_runner" / "protocol.py"
    for file in set(PACKAGE_ROOT.rglob("*.py")) - {generated}:
        assert len(file.read_text(encoding="utf-8").splitlines()) < 300, file
