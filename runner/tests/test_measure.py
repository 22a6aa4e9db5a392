"""What plans are worth: scores of small models on splits that are given, and columns as plans leave them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from aliquot_runner.columns import association

from .test_custom import run_code
from .test_prepared import AS_IT_IS, transform
from .workbench import GIGABYTE, Message, Outcome, columns_of, run_job, table

ROWS = 300
BINARY = "BINARY_CLASSIFICATION"


def splits_of(rows: int, count: int) -> Any:
    """Split k validates every count-th row from k on, and learns from the others."""
    return np.array([np.where(np.arange(rows) % count == split, 2, 1) for split in range(count)], np.uint8)


def measure(folder: Path, frame: pd.DataFrame, plans: list[Message], **changes: Any) -> Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    splits = changes.pop("splits", splits_of(len(frame), 3))
    files = changes.pop("files", {})
    (folder / "splits.bin").write_bytes(splits.tobytes())
    spec = {
        "kind": "measure",
        "protocol": 1,
        "data": "in/data.parquet",
        "columns": columns_of(frame),
        "target": "c5",
        "taskType": BINARY,
        "metric": "roc_auc",
        "plans": plans,
        "splits": {"file": "in/splits.u8", "count": len(splits)},
        "groups": 0,
        "describe": False,
        "seconds": 50.0,
        "threads": 2,
        "memoryBytes": 4 * GIGABYTE,
    }
    return run_job(folder, spec | changes, {"data.parquet": frame, "splits.u8": folder / "splits.bin", **files})


def scores_of(outcome: Outcome, plan: int) -> dict[tuple[str, int], float]:
    return {(one["proxy"], one["split"]): one["score"] for one in outcome.of("scored") if one["plan"] == plan}


def features(rows: int = ROWS, **more: Any) -> pd.DataFrame:
    return table(rows, **more).drop(columns="c6")


def test_plans_are_scored_on_the_same_splits_again_and_again(tmp_path: Path) -> None:
    dropped = [{"key": "drop_columns", "columns": ["c0", "c1"], "parameters": {}}]
    plans: list[Message] = [{"steps": []}, {"steps": dropped}, {"steps": []}]
    outcome = measure(tmp_path, features(), plans)
    assert outcome.last("measured")["isComplete"], outcome.output
    whole, less, again = (scores_of(outcome, plan) for plan in range(3))
    assert sorted(whole) == [(proxy, split) for proxy in ("lightgbm", "linear") for split in range(3)]
    assert whole == again
    assert all(whole[place] > 0.9 and less[place] < whole[place] - 0.2 for place in whole)
    assert outcome.of("columnMeasured") == outcome.of("planFailed") == []


def test_what_code_has_prepared_scores_like_the_same_steps(tmp_path: Path) -> None:
    frame = features()
    files: dict[str, Path] = {}
    for split, uses in enumerate(splits_of(ROWS, 3)):
        fitted = run_code(tmp_path / f"fit-{split}", "fit", AS_IT_IS, frame[uses == 1], target="c5")
        assert fitted.status == 0, fitted.output
        left = tmp_path / f"fit-{split}" / "out"
        rows = frame[uses == 2].drop(columns="c5")
        applied = transform(tmp_path / f"apply-{split}", AS_IT_IS, rows, left / "state.bin")
        files[f"made-{split}.json"] = left / "matrix.json"
        files[f"made-{split}-train.f32"] = left / "matrix.f32"
        files[f"made-{split}-validation.f32"] = applied / "matrix.f32"
    plans: list[Message] = [{"steps": []}, {"steps": [], "prepared": "in/made"}]
    outcome = measure(tmp_path / "measure", frame, plans, files=files)
    inside, outside = scores_of(outcome, 0), scores_of(outcome, 1)
    assert len(outside) == 6
    assert outside == inside


def test_labels_of_other_rows_give_chance(tmp_path: Path) -> None:
    uses = splits_of(ROWS, 3)[:1]
    order = np.arange(ROWS)
    for use in (1, 2):
        rows = np.flatnonzero(uses[0] == use)
        order[rows] = np.random.default_rng(use).permutation(rows)
    path = tmp_path / "labels.bin"
    path.write_bytes(order.astype("<u4").tobytes())
    outcome = measure(
        tmp_path / "job", features(), [{"steps": []}], splits=uses, labels="in/labels.u32", files={"labels.u32": path}
    )
    assert all(abs(score - 0.5) < 0.25 for score in scores_of(outcome, 0).values())


def test_scores_without_a_group_of_rows_are_about_the_score(tmp_path: Path) -> None:
    outcome = measure(tmp_path, features(), [{"steps": []}], groups=10)
    for scored in outcome.of("scored"):
        assert len(scored["withoutGroup"]) == 10
        assert abs(float(np.mean(scored["withoutGroup"])) - scored["score"]) < 0.01


def test_a_plan_that_fails_is_told_beside_the_others(tmp_path: Path) -> None:
    broken: Message = {"steps": [], "prepared": "in/nowhere"}
    outcome = measure(tmp_path, features(), [broken, {"steps": []}])
    assert [(one["plan"], one["split"], one["code"]) for one in outcome.of("planFailed")] == [
        (0, split, "DATA_UNREADABLE") for split in range(3)
    ]
    assert len(scores_of(outcome, 1)) == 6
    assert outcome.last("measured")["isComplete"]


def test_at_the_end_of_its_time_it_tells_what_there_is(tmp_path: Path) -> None:
    outcome = measure(tmp_path, features(), [{"steps": []}] * 40, seconds=0.5)
    assert not outcome.last("measured")["isComplete"]
    assert outcome.status == 0


def test_rows_without_a_target_must_not_be_used(tmp_path: Path) -> None:
    frame = features()
    frame.loc[5, "c5"] = None
    assert measure(tmp_path / "used", frame, [{"steps": []}]).last("failed")["code"] == "SPEC_INVALID"
    splits = splits_of(ROWS, 3)
    splits[:, 5] = 0
    assert len(scores_of(measure(tmp_path / "left", frame, [{"steps": []}], splits=splits), 0)) == 6


def test_columns_are_described_before_and_after(tmp_path: Path) -> None:
    parts = [
        {"key": "datetime_parts", "columns": ["c4"], "parameters": {}},
        {"key": "group_aggregates", "columns": ["c0", "c2"], "parameters": {"statistics": ["mean"]}},
    ]
    outcome = measure(tmp_path, features(), [{"steps": []}, {"steps": parts}], describe=True)
    before, after = (
        {one["name"]: one for one in outcome.of("columnMeasured") if one["plan"] == plan} for plan in range(2)
    )
    assert set(before) == {f"label c{number}" for number in range(5)}
    assert {"label c4.month", "label c4.day", "label c0.mean_by_label c2"} <= set(after)
    assert after["label c4.month"]["source"] == "label c4"
    city = before["label c2"]
    assert (city["kind"], sorted(city["labels"])) == ("CATEGORY", ["blue", "green", "grün", "red"])
    assert (sum(city["counts"]), city["edges"]) == (100, None)
    number = before["label c0"]
    assert (number["kind"], sum(number["counts"]), len(number["edges"])) == ("NUMBER", 100, len(number["counts"]) + 1)
    assert 0.1 < before["label c3"]["missingFraction"] < 0.3
    assert number["association"] > 0.3 > before["label c3"]["association"]


def test_the_association_is_that_of_the_formula() -> None:
    # chi-squared 18, of 1 degree, over 50 rows; Bergsma: 0.36 - 1/49, over 2 - 1/49 - 1
    groups = np.repeat([0, 0, 1, 1], [20, 5, 5, 20])
    others = np.repeat([0, 1, 0, 1], [20, 5, 5, 20])
    found = association(groups, others)
    assert found is not None
    assert abs(found - float(np.sqrt((0.36 - 1 / 49) / (1 - 1 / 49)))) < 1e-12
    assert association(groups, groups) == 1.0
    assert association(groups, np.zeros(50)) is None


def test_a_fresh_interpreter_hashes_texts_in_another_way(tmp_path: Path) -> None:
    code = """
def fit(train, target):
    return None

def transform(rows, state):
    return rows.assign(hashed=[float(hash(text) % 1_000_003) for text in rows["label c2"]])
"""
    frame = features(30)[["c2", "c5"]]

    def hashes(name: str, **more: Any) -> bytes:
        outcome = run_code(tmp_path / name, "fit", code, frame, target="c5", **more)
        assert (outcome.status, outcome.messages) == (0, []), outcome.output
        return (tmp_path / name / "out" / "matrix.f32").read_bytes()

    assert hashes("one") == hashes("two")
    assert hashes("fresh", fresh=True) != hashes("one")
    broken = run_code(tmp_path / "broken", "fit", "def fit(", frame, target="c5", fresh=True)
    assert broken.status == 1
    assert "SyntaxError" in broken.output
