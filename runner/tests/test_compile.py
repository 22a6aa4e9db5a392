"""Compiled code: it runs alone, does what training does, and holds the texts of strangers as nothing but texts."""

from __future__ import annotations

import ast
import importlib.util
import pickle
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.code_text import names_in_code
from aliquot_runner.compile_steps import source
from aliquot_runner.errors import RunnerError
from aliquot_runner.matrix import encode
from aliquot_runner.preparation import Preparation, make_steps
from aliquot_runner.registry import steps
from aliquot_runner.step_sources import step_sources
from aliquot_runner.steps.base import truth_of

from .workbench import Message, compile_spec, run_job, table

TARGET = "c9"


def rich_table(rows: int = 240) -> pd.DataFrame:
    """Numbers, categories, text, dates, gaps, and a target that follows some of them."""
    generator = np.random.default_rng(4)
    frame = table(rows, seed=4).drop(columns=["c5", "c6"])
    words = np.array(["red", "small", "old", "12 kg", "Great", "and"], dtype=object)
    frame["c5"] = [" ".join(generator.choice(words, size=generator.integers(1, 7))) for _ in range(rows)]
    frame["c6"] = np.array([f"town {number}" for number in range(60)], dtype=object)[generator.integers(0, 60, rows)]
    frame["c7"] = frame["c4"] + pd.to_timedelta(generator.integers(1, 90, rows), unit="h")
    frame["c8"] = [f"{number / 100:.2f} EUR" for number in generator.integers(100, 9_999, rows)]
    frame.loc[::9, ["c2", "c5", "c6", "c8"]] = None
    frame.loc[::11, "c4"] = pd.NaT
    frame[TARGET] = np.where(frame["c0"] + (frame["c2"] == "red") > 0.3, "yes", "no")
    return frame


def loaded(folder: Path, spec: Any) -> ModuleType:
    path = folder / "pipeline.py"
    path.write_text(source(spec), encoding="utf-8")
    found = importlib.util.spec_from_file_location("compiled_for_test", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["compiled_for_test"] = module
    found.loader.exec_module(module)
    return module


def assert_same_as_training(folder: Path, frame: pd.DataFrame, spec: Any, is_regression: bool = False) -> None:
    """The matrices of a job with the compiled code are those that the trainer makes of the same rows itself."""
    columns = spec["columns"]
    labels = {column["name"]: column["label"] for column in columns}
    inputs = [column for column in columns if column["name"] != spec["target"]]
    train, rows = frame[:180].reset_index(drop=True), frame[180:].reset_index(drop=True)
    truth = truth_of(train[spec["target"]], is_regression)
    preparation = Preparation(make_steps(spec["steps"], inputs), {column["name"]: column["type"] for column in inputs})
    expected = [preparation.fit(train.drop(columns=spec["target"]), truth)]
    expected.append(preparation.transform(rows.drop(columns=spec["target"])))

    module = loaded(folder, spec)
    state, prepared = module.fit_transform(
        train.drop(columns=spec["target"]).rename(columns=labels), train[spec["target"]]
    )
    state = pickle.loads(pickle.dumps(state))
    later = module.transform(rows.drop(columns=spec["target"]).rename(columns=labels), state)
    values, layout = encode(prepared.copy())
    found, meta = [values, encode(later.copy(), layout)[0]], layout.columns
    names = names_in_code(columns, spec["target"])
    features = preparation.features()
    assert [column["name"] for column in meta] == [in_code(feature.name, names) for feature in features]
    for place, (feature, column) in enumerate(zip(features, meta, strict=True)):
        for ours, theirs in zip(found, expected, strict=True):
            if feature.kind == "category":
                vocabulary = next(
                    one["vocabulary"] for one in preparation.encoder.columns if one["name"] == feature.name
                )
                texts = [None if np.isnan(code) else vocabulary[int(code)] for code in theirs[:, place]]
                own = column["categories"] or []
                assert [None if np.isnan(code) else own[int(code)] for code in ours[:, place]] == texts, feature.name
            else:
                assert np.array_equal(ours[:, place], theirs[:, place], equal_nan=True), feature.name


def in_code(name: str, names: dict[str, str]) -> str:
    """Physical names within the names of derived columns are called as the code calls them."""
    return re.sub(r"(?<![a-z0-9])c\d+\b", lambda found: names[found.group()], name)


@pytest.mark.parametrize("key", sorted(steps()))
def test_each_step_does_what_it_does_in_training(tmp_path: Path, key: str) -> None:
    frame = rich_table()
    kind = steps()[key]
    wanted: Message = {"key": key, "parameters": {}}
    if not kind.takes:
        wanted["columns"] = ["c1", "c8"]
    assert_same_as_training(tmp_path, frame, compile_spec(frame, TARGET, [wanted], types={"c5": "text"}))


def test_steps_in_a_row_do_what_they_do_in_training(tmp_path: Path) -> None:
    frame = rich_table()
    keys = ["numeric_from_text", "datetime_parts", "datetime_differences", "missing_indicator", "frequency_encoding"]
    wanted: list[Message] = [
        {"key": key, "parameters": {}} for key in [*keys, "group_rare_categories", "target_encoding"]
    ]
    wanted[0]["columns"] = ["c8"]
    wanted.append({"key": "drop_columns", "columns": ["c0", "c7"], "parameters": {}})
    assert_same_as_training(tmp_path, frame, compile_spec(frame, TARGET, wanted, types={"c5": "text", "c1": "id"}))


def test_no_steps_and_a_number_to_predict(tmp_path: Path) -> None:
    frame = rich_table()
    frame[TARGET] = frame["c0"] * 3
    spec = compile_spec(frame, TARGET, [], "REGRESSION", types={"c5": "text"})
    assert_same_as_training(tmp_path, frame, spec, is_regression=True)


def test_modules_of_steps_have_no_name_in_common() -> None:
    """They may all come to stand in one file."""
    seen: dict[str, str] = {}
    for key, text in ((kind.key, text) for kind, text in step_sources(list(steps().values()), "").own.items()):
        for node in ast.parse(text).body:
            names = [node.name] if isinstance(node, (ast.ClassDef, ast.FunctionDef)) else []
            names += [part.id for part in ast.walk(node) if isinstance(node, ast.Assign) and isinstance(part, ast.Name)]
            for name in names[:1]:
                assert seen.setdefault(name, ast.dump(node)) == ast.dump(node), f"{name} of {key}"


def program(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-W", "error", "pipeline.py", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def test_the_file_is_a_program(tmp_path: Path) -> None:
    frame = rich_table()[["c0", "c2", "c4", TARGET]]
    frame.loc[3, TARGET] = None
    wanted = [{"key": "datetime_parts", "parameters": {}}]
    spec = compile_spec(frame, TARGET, wanted)
    assert run_job(tmp_path, spec, {}).last("compiled")["artifact"]["name"] == "pipeline.py"
    (tmp_path / "out" / "pipeline.py").rename(tmp_path / "pipeline.py")
    labels = {column["name"]: column["label"] for column in spec["columns"]}
    frame.rename(columns=labels).to_csv(tmp_path / "train.csv", index=False)
    frame.rename(columns=labels)[:7].drop(columns=labels[TARGET]).to_csv(tmp_path / "other.csv", index=False)

    assert program(tmp_path, "train.csv").stdout == "239 rows and 8 columns are in prepared.csv.\n"
    prepared = pd.read_csv(tmp_path / "prepared.csv")
    parts = [f"label c4.{part}" for part in ("month", "day", "day_of_week", "hour")]
    assert list(prepared.columns) == ["label c0", "label c2", "label c4", *parts, "label c9"]
    assert prepared["label c9"].tolist() == frame[TARGET].dropna().tolist()
    assert np.allclose(prepared["label c0"], frame["c0"].drop(3))

    assert program(tmp_path, "train.csv", "other.csv", "result.csv").returncode == 0
    result = pd.read_csv(tmp_path / "result.csv")
    assert (len(result), "label c9" in result.columns) == (7, False)
    assert np.allclose(result["label c0"], frame["c0"][:7])

    assert program(tmp_path).stderr.startswith("usage: python pipeline.py TRAIN.csv")
    assert (
        program(tmp_path, "other.csv").stderr == "other.csv has no column 'label c9': it is what there is to learn.\n"
    )


def test_the_program_reads_the_file_as_it_was_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"c0": [1234.5, None, -7.0], "c1": pd.to_datetime(["2024-03-02"] * 3), "c9": ["a", "b", "a"]})
    reading: Message = {"delimiter": ";", "quote": "'", "encoding": "windows-1252", "skipRows": 1, "hasHeader": True}
    plain: Message = {"decimal": ".", "thousands": "", "unit": "", "dates": None, "missing": []}
    reading["formats"] = {
        "c0": plain | {"decimal": ",", "thousands": ".", "unit": "€", "missing": ["k. A."]},
        "c1": plain | {"dates": ["%d.%m.%Y"]},
    }
    spec = compile_spec(frame, "c9", [], reading=reading)
    (tmp_path / "pipeline.py").write_text(source(spec), encoding="utf-8")  # type: ignore[arg-type]
    text = "Prüfung\nlabel c0;label c1;label c9\n'1.234,50 €';02.03.2024;a\nk. A.;03.03.2024;b\n-7;04.03.2024;a\n"
    (tmp_path / "train.csv").write_text(text, encoding="windows-1252")
    run = program(tmp_path, "train.csv")
    assert run.returncode == 0, run.stderr
    prepared = pd.read_csv(tmp_path / "prepared.csv")
    assert prepared["label c0"].tolist()[::2] == [1234.5, -7.0]
    assert prepared["label c0"].isna().tolist() == [False, True, False]
    assert prepared["label c1"].tolist() == [0.0, 1.0, 2.0]


HOSTILE = [
    'a "quoted" name',
    "it's",
    'docs """ end',
    "back\\slash \\",
    "two\nlines\r\nand\u2028more\u2029",
    "__proto__",
    "{braces} %s $x",
    "\u202etxt.exe\u200b",
    "# ==== End of the steps ====",
    "nul\x00 bell\x07",
    "日本語 grün 🦊",
    "c1.month",
    "c1",
    "x" * 400,
    "import os; os._exit(3)",
]


def test_names_and_reasons_of_strangers_stay_texts(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{number}": generator.normal(size=60) for number in range(len(HOSTILE))})
    frame["c12"] = pd.to_datetime(generator.integers(0, 10**9, 60), unit="s").astype("datetime64[us]")
    frame["c90"] = np.where(frame["c0"] > 0, "yes", "no")
    wanted: list[Message] = [{"key": "datetime_parts", "parameters": {}, "reason": name} for name in HOSTILE]
    wanted.append({"key": "group_rare_categories", "columns": [], "parameters": {"other": HOSTILE[4][:20]}})
    spec = compile_spec(frame, "c90", wanted, dataset='"""\nimport os\nos._exit(3)\n"""', strategy='\n"""\nBOOM')
    for column, label in zip(spec["columns"], [*HOSTILE, 'the "target"\n'], strict=True):
        column["label"] = label
    module = loaded(tmp_path, spec)
    lines = (tmp_path / "pipeline.py").read_text(encoding="utf-8").split("\n")
    assert all(line.isprintable() for line in lines)
    assert module.TARGET == 'the "target"\n'
    assert {module.HEADINGS.get(name, name) for name in module.COLUMNS} == set(HOSTILE)
    assert_same_as_training(tmp_path, pd.concat([frame] * 4, ignore_index=True), spec)


def own(code: str, **more: Any) -> Message:
    return {"key": "custom", "columns": [], "parameters": {}, "reason": "", "code": code} | more


ADD_ONE = """import numpy as np

STEP = 1.0


class AddOne:
    def fit(self, X, y):
        assert set(y) == {"yes", "no"}
        self.names = [name for name in X.columns if X[name].dtype.kind == "f"]

    def transform(self, X):
        return X.assign(**{name: X[name] + STEP for name in self.names})
"""


def test_own_classes_work_beside_those_of_the_catalogue(tmp_path: Path) -> None:
    frame = rich_table()[["c0", "c2", TARGET]]
    wanted = [own(ADD_ONE), {"key": "frequency_encoding", "parameters": {}}, own(ADD_ONE)]
    module = loaded(tmp_path, compile_spec(frame, TARGET, wanted))
    rows = frame.rename(columns={"c0": "label c0", "c2": "label c2"})
    state, prepared = module.fit_transform(rows, frame[TARGET])
    assert np.allclose(prepared["label c0"], frame["c0"] + 2)
    assert list(prepared.columns) == ["label c0", "label c2", "label c2.share"]
    again = module.transform(rows[1:2], pickle.loads(pickle.dumps(state)))
    assert again["label c2.share"].tolist() == prepared["label c2.share"].tolist()[1:2]


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (["class A:\n    def fit(self, X, y: pass\n"], "Step 1, line 2: "),
        (["def helper(x):\n    return x\n"], "Step 1: Define exactly one class with fit and transform; there is none."),
        ([f"{ADD_ONE}\n\n{ADD_ONE.replace('AddOne', 'AddTwo')}"], "there are AddOne, AddTwo."),
        ([ADD_ONE, ADD_ONE.replace("1.0", "2.0").replace("AddOne", "AddTwo")], "Step 2: “STEP” is defined elsewhere"),
        ([ADD_ONE.replace("AddOne", "TypedFrame")], "Step 1: “TypedFrame” is defined elsewhere"),
        ([ADD_ONE.replace("import numpy as np", "import pandas as np")], "Step 1: “np” is defined elsewhere"),
        ([f"{ADD_ONE}\n# ==== Step 9: none ===="], "leave out the lines that part the steps"),
        ([ADD_ONE, "def fit(a, b): pass\ndef transform(a, b): pass\n"], "Step 2 is a whole file"),
    ],
)
def test_own_code_that_does_not_fit_in_is_told(codes: list[str], message: str) -> None:
    frame = rich_table()[["c0", TARGET]]
    with pytest.raises(RunnerError) as told:
        source(compile_spec(frame, TARGET, [own(code) for code in codes]))  # type: ignore[arg-type]
    assert told.value.code == "SPEC_INVALID"
    assert message in told.value.message
