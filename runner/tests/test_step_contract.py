"""What holds of every step of the catalogue, on tables that are as odd as real ones."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from aliquot_runner.preparation import Preparation, coded
from aliquot_runner.registry import steps
from aliquot_runner.steps import base, measures
from aliquot_runner.steps.base import Step, Truth

KEYS = sorted(steps())
TASKS = {"two classes": 2, "four classes": 4, "a number": 0}
TYPES = {
    "c0": "number",
    "c1": "integer",
    "c2": "category",
    "c3": "category",
    "c4": "datetime",
    "c5": "text",
    "c6": "datetime",
    "c7": "number",
    "c8": "boolean",
    "c9": "category",
}
CANNOT_DO_ALL = {"cast_type", "numeric_from_text", "ratios"}
"""Steps that are asked to read values as something that they may not be, or to divide by zero."""


def odd_table(rows: int, seed: int) -> pd.DataFrame:
    """Gaps, a column of nothing, skew, rare levels, levels that are names of things, unicode, empty text."""
    random = np.random.default_rng(seed)
    words = np.array(["late", "PAID", "$1,200", "größer", "日本", "", "x\0y", "a.b"], dtype=object)
    start = np.datetime64("2024-02-28T00:00:00", "us")

    def with_gaps(values: Any, missing: Any = None) -> Any:
        return np.where(random.random(rows) < 0.15, missing, values)

    return pd.DataFrame(
        {
            "c0": with_gaps(random.normal(size=rows), np.nan).astype(float),
            "c1": np.round(np.exp(random.normal(scale=3, size=rows))),
            "c2": with_gaps(
                np.array(["red", "__proto__", "a.b", "ü\u2028"], dtype=object)[random.integers(0, 4, rows)]
            ),
            "c3": np.array([f"id {number}" for number in random.integers(0, 1 + rows // 2, rows)], dtype=object),
            "c4": with_gaps(start + random.integers(0, 9000, rows) * np.timedelta64(1, "h"), np.datetime64("NaT")),
            "c5": with_gaps(np.array([" ".join(random.choice(words, 6)) for _ in range(rows)], dtype=object)),
            "c6": start + random.integers(0, 9000, rows) * np.timedelta64(90, "s"),
            "c7": np.full(rows, np.nan),
            "c8": with_gaps(np.array(["true", "false"], dtype=object)[random.integers(0, 2, rows)]),
            "c9": np.full(rows, None, dtype=object),
        }
    )


def truth(rows: int, classes: int, seed: int) -> Truth:
    random = np.random.default_rng(seed + 1000)
    return Truth(random.integers(0, classes, rows) if classes else random.normal(size=rows), classes)


def made(key: str, names: list[str] | None = None) -> Step:
    kind = steps()[key]
    return kind(names or [name for name in TYPES if not kind.takes or TYPES[name] in kind.takes])


def prepared(key: str, frame: pd.DataFrame, target: Truth) -> tuple[Preparation, Any]:
    preparation = Preparation([made(key)], TYPES)
    return preparation, preparation.fit(frame, target)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("task", TASKS)
def test_rows_stay_as_they_are_and_hold_finite_numbers(key: str, task: str) -> None:
    for seed in (1, 2, 3):
        frame, target = odd_table(90, seed), truth(90, TASKS[task], seed)
        frame.index = frame.index[::-1] + 5
        before, truth_before = frame.copy(deep=True), target.values.copy()
        step = made(key)
        for result in (step.fit_transform(frame, target), step.transform(frame)):
            assert result.index.equals(frame.index)
            assert result.columns.is_unique
            assert len(result.columns) >= 1 or key == "drop_columns"
            numbers = result.select_dtypes("number")
            assert not np.isinf(numbers.to_numpy(np.float64)).any()
            whole = frame[["c0", "c2", "c4", "c5", "c8"]].notna().all(axis=1)
            known = [name for name in numbers if not {"c7", "c9"} & {str(name).split(".", maxsplit=1)[0]}]
            if key not in CANNOT_DO_ALL:
                assert not numbers.loc[whole, known].isna().to_numpy().any()
        pd.testing.assert_frame_equal(frame, before)
        assert np.array_equal(target.values, truth_before)


@pytest.mark.parametrize("key", KEYS)
def test_what_was_learned_is_plain_json_and_says_all(key: str) -> None:
    for task in TASKS.values():
        frame, rows = odd_table(80, 4), odd_table(50, 5)
        preparation, _ = prepared(key, frame, truth(80, task, 4))
        text = json.dumps(preparation.state(), allow_nan=False)
        restored = Preparation.restore(json.loads(text))
        assert restored.features() == preparation.features()
        assert np.array_equal(restored.transform(rows), preparation.transform(rows), equal_nan=True)


@pytest.mark.parametrize("key", KEYS)
def test_the_same_rows_give_the_same_twice(key: str) -> None:
    frame, target = odd_table(120, 6), truth(120, 2, 6)
    (first, matrix), (second, other) = prepared(key, frame, target), prepared(key, frame, target)
    assert json.dumps(first.state()) == json.dumps(second.state())
    assert np.array_equal(matrix, other, equal_nan=True)


@pytest.mark.parametrize("key", KEYS)
def test_rows_left_out_and_the_way_text_is_kept_make_no_difference(key: str) -> None:
    """Training rows are a part of a table whose texts are read once, with those of the rows held out."""
    whole, target = odd_table(120, 20), truth(120, 2, 20)
    rows = np.random.default_rng(20).random(120) < 0.7
    plain, _ = prepared(key, whole[rows], Truth(target.values[rows], 2))
    part = coded(whole)[rows]
    kept, _ = prepared(key, part, Truth(target.values[rows], 2))
    assert json.dumps(kept.state()) == json.dumps(plain.state())
    step = made(key)
    from_codes = step.fit_transform(part, Truth(target.values[rows], 2))
    for name, values in made(key).fit_transform(whole[rows], Truth(target.values[rows], 2)).items():
        assert from_codes[name].astype(object).equals(values.astype(object)), name


@pytest.mark.parametrize("key", KEYS)
def test_each_row_is_changed_by_itself(key: str) -> None:
    frame, rows = odd_table(80, 7), odd_table(30, 8)
    rows.loc[3:9, ["c2", "c3", "c8"]] = "never seen"
    rows.loc[5:7, ["c0", "c1"]] = 1e12
    rows.loc[8, "c5"] = "never seen  words"
    preparation, _ = prepared(key, frame, truth(80, 2, 7))
    whole = preparation.transform(rows)
    assert not np.isinf(whole).any()
    alone = np.concatenate([preparation.transform(rows.iloc[place : place + 1]) for place in range(len(rows))])
    assert np.allclose(whole, alone, rtol=1e-5, atol=1e-5, equal_nan=True)
    shuffled = np.random.default_rng(0).permutation(len(rows))
    assert np.allclose(preparation.transform(rows.iloc[shuffled]), whole[shuffled], 1e-5, 1e-5, equal_nan=True)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("task", TASKS)
def test_tables_of_one_row_and_of_none(key: str, task: str) -> None:
    for rows in (1, 2):
        frame, target = odd_table(rows, 9), truth(rows, TASKS[task], 9)
        preparation, matrix = prepared(key, frame, target)
        assert matrix.shape == (rows, len(preparation.features()))
        assert preparation.transform(odd_table(40, 10)).shape[0] == 40
    preparation, _ = prepared(key, odd_table(60, 11), truth(60, TASKS[task], 11))
    assert preparation.transform(odd_table(60, 11).iloc[:0]).shape == (0, len(preparation.features()))
    assert preparation.transform(odd_table(60, 11).iloc[:1]).shape == (1, len(preparation.features()))


@pytest.mark.parametrize("key", KEYS)
def test_columns_of_nothing_and_of_one_value(key: str) -> None:
    rows = 40
    frame = odd_table(rows, 12)
    for name in ("c0", "c2", "c4", "c5", "c8"):
        frame[name] = frame[name].iloc[:0].reindex(frame.index)
    frame["c1"], frame["c3"] = 7.0, "one"
    preparation, matrix = prepared(key, frame, truth(rows, 2, 12))
    assert len(matrix) == rows
    assert not np.isinf(preparation.transform(odd_table(rows, 13))).any()


@pytest.mark.parametrize("key", KEYS)
def test_a_step_twice_is_no_harm(key: str) -> None:
    frame = odd_table(70, 14)
    preparation = Preparation([made(key), made(key)], TYPES)
    matrix = preparation.fit(frame, truth(70, 2, 14))
    names = [feature.name for feature in preparation.features()]
    assert len(set(names)) == len(names) == matrix.shape[1]
    assert preparation.transform(odd_table(10, 15)).shape == (10, len(names))


@pytest.mark.parametrize("key", KEYS)
def test_names_are_labels_only(key: str) -> None:
    frame, target = odd_table(80, 16), truth(80, 2, 16)
    names = {"c0": "__proto__", "c1": "größe.in.cm", "c2": "a b", "c3": "日本", "c4": "", "c5": "{x}", "c6": "'\"\n"}
    plain, renamed = made(key), made(key, [names.get(name, name) for name in made(key).columns])
    expected = plain.fit_transform(frame, target)
    result = renamed.fit_transform(frame.rename(columns=names), target)
    assert result.shape == expected.shape
    for place in range(expected.shape[1]):
        pd.testing.assert_series_equal(result.iloc[:, place], expected.iloc[:, place], check_names=False)


@pytest.mark.parametrize("key", [key for key in KEYS if not steps()[key].uses_target])
def test_the_target_is_not_looked_at(key: str) -> None:
    frame = odd_table(80, 17)
    for target, other in ((truth(80, 2, 17), truth(80, 4, 18)), (truth(80, 0, 17), Truth(np.full(80, 1), 2))):
        first, second = made(key), made(key)
        pd.testing.assert_frame_equal(first.fit_transform(frame, target), second.fit_transform(frame, other))
        assert first.learned == second.learned


@pytest.mark.parametrize("key", [key for key in KEYS if steps()[key].uses_target])
def test_nothing_is_learned_from_noise(key: str) -> None:
    """A deep tree on what a step makes of random columns does not know unseen rows better than chance."""
    random, rows, scores = np.random.default_rng(19), 600, []
    for _ in range(5):
        frame = pd.DataFrame({f"c{number}": random.normal(size=2 * rows) for number in range(10)})
        for number in range(10, 14):
            frame[f"c{number}"] = np.array([f"id {level}" for level in random.integers(0, 300, 2 * rows)], dtype=object)
        goal = random.integers(0, 2, 2 * rows)
        types = {f"c{number}": "number" if number < 10 else "category" for number in range(14)}
        preparation = Preparation([steps()[key](list(frame.columns))], types)
        matrix = np.nan_to_num(preparation.fit(frame[:rows], Truth(goal[:rows], 2)))
        tree = DecisionTreeClassifier(max_depth=8, random_state=0).fit(matrix, goal[:rows])
        guessed = tree.predict_proba(np.nan_to_num(preparation.transform(frame[rows:])))[:, 1]
        scores.append(roc_auc_score(goal[rows:], guessed))
    assert abs(np.mean(scores) - 0.5) < 0.05


def test_training_rows_are_not_shown_their_own_target() -> None:
    random, rows = np.random.default_rng(20), 2000
    frame = pd.DataFrame({"c0": np.array([f"id {level}" for level in random.integers(0, 900, rows)], dtype=object)})
    goal = random.integers(0, 2, rows)
    step = steps()["target_encoding"](["c0"], smoothing=1)
    shown = step.fit_transform(frame, Truth(goal, 2))["c0.target"]
    assert abs(roc_auc_score(goal, shown) - 0.5) < 0.06
    assert roc_auc_score(goal, step.transform(frame)["c0.target"]) > 0.7


def test_sources_stand_together_in_one_file() -> None:
    """Each module imports only what a user of the compiled file has, and defines names that no other one has."""
    allowed = {"numpy", "pandas", "scipy", "sklearn", *sys.stdlib_module_names}
    defined: dict[str, str] = {}
    modules = [base, measures, *(sys.modules[kind.__module__] for kind in steps().values())]
    for module in modules:
        assert module.__file__ is not None
        for node in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0 or node.module in ("base", "measures")
                assert node.level == 1 or (node.module or "").split(".")[0] in allowed
            elif isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed
            names = [node.name] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
            if isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            for name in names:
                assert name == "STEP" or name not in defined, (name, defined.get(name), module.__name__)
                defined[name] = module.__name__
