"""Edited code becomes steps again; what is only text is never run."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from aliquot_runner.compile_steps import source
from aliquot_runner.parse_code import read_steps
from aliquot_runner.registry import steps

from .test_compile import ADD_ONE, HOSTILE, own, rich_table
from .workbench import Message, compile_spec, run_job

FRAME = rich_table(20).drop(columns="c7")
CLIP = {"key": "clip_outliers", "columns": ["c0", "c1"], "parameters": {"share": 0.01}, "reason": "Far away."}
DROP = {"key": "drop_columns", "columns": ["c5"], "parameters": {}, "reason": "Of no use."}
GROUP = {"key": "group_rare_categories", "columns": ["c2"], "parameters": {"other": "x"}, "reason": "Rare."}
OWN = own(ADD_ONE.strip(), reason="Mine.")


def spec_of(wanted: list[Message]) -> Any:
    return compile_spec(FRAME, "c9", wanted)


def parsed(wanted: list[Message], edit: Any, original: str | None = None) -> tuple[list[Any], list[Any]]:
    spec = spec_of(wanted)
    code = source(spec)
    edited = edit(code)
    assert edited != code or original == code
    return read_steps(spec, edited, code)


def swap(*pairs: tuple[str, str]) -> Any:
    def edit(code: str) -> str:
        for old, new in pairs:
            assert old in code, old
            code = code.replace(old, new)
        return code

    return edit


def random_plan(generator: random.Random) -> list[Message]:
    plan = []
    for _ in range(generator.randrange(6)):
        key = generator.choice([*sorted(steps()), "custom"])
        if key == "custom":
            name = f"Own{generator.randrange(3)}"
            plan.append(own(ADD_ONE.replace("AddOne", name).strip(), reason="It adds one."))
            continue
        columns = generator.sample([f"c{number}" for number in range(7)], generator.randrange(1, 6))
        values: Message = {}
        for parameter, schema in steps()[key].parameters.items():
            if generator.random() < 0.6:
                values[parameter] = schema["default"]
        plan.append({"key": key, "columns": columns, "parameters": values, "reason": "As it is."})
    return plan


@pytest.mark.parametrize("seed", range(40))
def test_code_says_the_steps_that_it_was_compiled_from(seed: int) -> None:
    wanted = random_plan(random.Random(seed))
    spec = spec_of(wanted)
    code = source(spec)
    assert read_steps(spec, code, code) == (wanted, [])
    # also where the steps are only known from the text
    other: Any = spec_of([])
    assert read_steps(other, code, code) == (wanted, [])
    assert source(spec | {"steps": read_steps(other, code, code)[0]}) == code


def test_names_of_strangers_come_back() -> None:
    spec = spec_of([DROP, CLIP])
    for column, label in zip(spec["columns"], HOSTILE, strict=False):
        column["label"] = label
    code = source(spec)
    spec["steps"] = []
    assert read_steps(spec, code, code) == ([DROP, CLIP], [])


def test_blocks_are_moved_deleted_and_repeated() -> None:
    def blocks(code: str) -> list[str]:
        return code.split("# ==== ")

    def reversed_order(code: str) -> str:
        head, *middle, end = blocks(code)
        return "# ==== ".join([head, *middle[::-1], end])

    assert parsed([DROP, CLIP, OWN], reversed_order) == ([OWN, CLIP, DROP], [])
    assert parsed([DROP, CLIP], lambda code: "# ==== ".join([blocks(code)[0], *blocks(code)[2:]])) == ([CLIP], [])
    twice = parsed(
        [DROP, CLIP], lambda code: code.replace(f"# ==== {blocks(code)[1]}", f"# ==== {blocks(code)[1]}" * 2)
    )
    assert twice == ([DROP, DROP, CLIP], [])


def test_other_arguments_are_the_same_step_with_other_values() -> None:
    edit = swap(
        ('ClipOutliers(["label c0", "label c1"], share=0.01)', 'ClipOutliers(("label c3",), share=0.02)'),
        ("# Far away.", "# Very far\n# away."),
    )
    changed = CLIP | {"columns": ["c3"], "parameters": {"share": 0.02}, "reason": "Very far away."}
    assert parsed([DROP, CLIP], edit) == ([DROP, changed], [])
    added = swap(("# ==== End", '# ==== Step: more\n\nSTEPS.append(DropColumns(["label c6"]))\n\n# ==== End'))
    assert parsed([CLIP], added) == (
        [CLIP, {"key": "drop_columns", "columns": ["c6"], "parameters": {}, "reason": ""}],
        [],
    )


def test_arguments_that_cannot_be_are_told_with_their_line() -> None:
    wanted, faults = parsed([DROP, CLIP], swap(('"label c1"], share=0.01', '"label c7"], share=0.9')))
    code = source(spec_of([DROP, CLIP])).split("\n")
    line = next(number for number, text in enumerate(code, start=1) if "append(ClipOutliers" in text)
    assert [step["key"] for step in wanted] == ["drop_columns", "clip_outliers"]
    assert [(fault["line"], fault["step"], fault["rule"]) for fault in faults] == [
        (line, 1, "column"),
        (line, 1, "parameter"),
    ]
    assert faults[0]["message"] == "There is no column 'label c7' to be named here; columns that steps make are not."


def test_a_changed_class_is_own_code_wherever_it_is_called() -> None:
    again = CLIP | {"columns": ["c3"], "parameters": {}}
    wanted, faults = parsed(
        [DROP, CLIP, again], swap(("class ClipOutliers(Step):\n", "class ClipOutliers(Step):\n    mine = 1\n"))
    )
    assert faults == []
    assert [step["key"] for step in wanted] == ["drop_columns", "custom", "custom"]
    assert all("class ClipOutliers(Step)" in step["code"] for step in wanted[1:])
    assert wanted[1]["code"].endswith('STEPS.append(ClipOutliers(["label c0", "label c1"], share=0.01))')
    code = source(spec_of(wanted))
    assert code.count("class ClipOutliers(Step)") == 1
    assert code.count("STEPS.append(ClipOutliers(") == 2


def test_computed_arguments_are_own_code() -> None:
    wanted, faults = parsed([CLIP], swap(("share=0.01", "share=0.1 / 3")))
    assert ([step["key"] for step in wanted], faults) == (["custom"], [])


def test_a_new_class_needs_no_call_of_its_own() -> None:
    block = f"# ==== Step: mine ====\n# Because.\n\n{ADD_ONE}\nSTEPS.append(AddOne())\n\n\n# ==== End"
    assert parsed([DROP], swap(("# ==== End", block))) == ([DROP, OWN | {"reason": "Because."}], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import copy\n", "import copy\nimport math\n"),
        ("return [*state, frame], frame.transform(table)", "return [*state, frame], frame.transform(table).round(3)"),
        ("# ==== End of the steps ", "# End of the steps "),
        ("def as_text(", "def as_text_too("),
    ],
)
def test_what_stands_in_no_block_makes_the_whole_file_one_step(old: str, new: str) -> None:
    wanted, faults = parsed([DROP, CLIP], swap((old, new)))
    assert faults == []
    assert [(step["key"], step["columns"], step["parameters"]) for step in wanted] == [("custom", [], {})]
    code = source(spec_of(wanted))
    assert code == wanted[0]["code"]
    assert read_steps(spec_of(wanted), code, code) == (wanted, [])
    # put back as it was, it is steps again
    steps_again, _ = read_steps(spec_of(wanted), code.replace(new, old), code)
    assert [step["key"] for step in steps_again] == ["drop_columns", "clip_outliers"]


def test_trailing_spaces_and_line_ends_are_no_edit(tmp_path: Path) -> None:
    spec = spec_of([DROP, CLIP])
    code = source(spec)
    for name, text in (("code.py", code.replace("\n", " \r\n")), ("original.py", code)):
        (tmp_path / name).write_bytes(text.encode())
    files = {name: tmp_path / name for name in ("code.py", "original.py")}
    outcome = run_job(
        tmp_path / "job", spec | {"kind": "parse", "code": "in/code.py", "original": "in/original.py"}, files
    )
    assert outcome.messages == [{"type": "parsed", "steps": [DROP, CLIP], "faults": []}]


def test_what_is_read_is_not_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    code = f"open({str(trap)!r}, 'w')\nraise SystemExit(3)\n"
    (tmp_path / "code.py").write_text(code, encoding="utf-8")
    (tmp_path / "original.py").write_text(code, encoding="utf-8")
    files = {name: tmp_path / name for name in ("code.py", "original.py")}
    spec = spec_of([]) | {"kind": "parse", "code": "in/code.py", "original": "in/original.py"}
    [message] = run_job(tmp_path / "job", spec, files).messages
    assert not trap.exists()
    assert [fault["rule"] for fault in message["faults"]] == ["name", "contract"]
    (tmp_path / "code.py").write_text("#" * (256 * 1024 + 1), encoding="utf-8")
    [message] = run_job(tmp_path / "job", spec, files).messages
    assert (message["type"], message["code"]) == ("failed", "SPEC_INVALID")


@pytest.mark.parametrize(
    ("code", "line", "rule"),
    [
        ("class A:\n    def fit(self, X, y) return X", 2, "syntax"),
        ("x = '\x00'", 1, "syntax"),
        ("(" * 5_000, 1, "syntax"),
        ("x = 1  # \u202e", 1, "hidden_sign"),
        ("import os", 1, "import"),
        ("from urllib.request import urlopen", 1, "import"),
        ("from . import data", 1, "import"),
        ("import numpy\nimport subprocess as s", 2, "import"),
        ("x = open('a')", 1, "name"),
        ("x = eval('1')", 1, "name"),
        ("x = ().__class__.__subclasses__()", 1, "name"),
        ("import pandas as pd\nx = pd.read_csv('train.csv')", 2, "file"),
        ("import numpy as np\nnp.save('a', 1)", 2, "file"),
        (
            "class A:\n    def fit(self, X, goal):\n        print(goal.mean())\n    def transform(self, X): ...",
            3,
            "prints_target",
        ),
        ("class A:\n    def transform(self, X):\n        return X.to_csv()", 3, "file"),
    ],
)
def test_faults_are_told_where_they_are(code: str, line: int, rule: str) -> None:
    _, faults = read_steps(spec_of([]), code, source(spec_of([])))
    told = [(fault["line"], fault["rule"]) for fault in faults if fault["rule"] != "contract"]
    assert told == [(line, rule)]


def test_faults_in_a_block_tell_the_step() -> None:
    block = f"# ==== Step: mine\n\nimport os\n{ADD_ONE}\nSTEPS.append(AddOne())\n\n# ==== End"
    wanted, faults = parsed([DROP], swap(("# ==== End", block)))
    assert [(fault["step"], fault["rule"]) for fault in faults] == [(1, "import")]
    assert [step["key"] for step in wanted] == ["drop_columns", "custom"]
    _, faults = parsed(
        [DROP],
        swap(("STEPS.append(DropColumns", "DropColumns(("))
        if False
        else swap(('STEPS.append(DropColumns(["label c5"]))', "")),
    )
    assert [(fault["step"], fault["rule"]) for fault in faults] == [(0, "no_call")]
    _, faults = parsed(
        [OWN],
        swap(
            ("# ==== End", f"# ==== Step: 2\n\n{ADD_ONE.replace('1.0', '2.0')}\nSTEPS.append(AddOne())\n\n# ==== End")
        ),
    )
    assert [(fault["step"], fault["rule"]) for fault in faults] == [(None, "names")]
