"""Scores that mean what they say: nothing is learned where it should not be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.encoder import Encoder
from aliquot_runner.families.boosting import watched_rows
from aliquot_runner.folds import draw_folds
from aliquot_runner.steps.base import Truth
from aliquot_runner.target import read_target

from .test_families import fitted, inputs
from .workbench import QUICKER, Message, run_job, table, train_spec

KEYS = ("missing_indicator", "frequency_encoding", "clip_outliers", "ratios", "target_encoding", "select_by_model")
STEPS: list[Message] = [{"key": key, "parameters": {}} for key in KEYS]


def test_a_permuted_target_scores_like_chance(tmp_path: Path) -> None:
    frame = table(600).drop(columns="c6")
    frame["c5"] = np.random.default_rng(1).permutation(frame["c5"])
    frame["c6"] = np.array([f"name {number % 200}" for number in range(600)], dtype=object)
    algorithms = ["linear", "naive_bayes", "lightgbm", "catboost", "xgboost", "extra_trees", "ensemble"]
    spec = train_spec(
        frame, "c5", "BINARY_CLASSIFICATION", "roc_auc", algorithms=algorithms, steps=STEPS, startParameters=QUICKER
    )
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert set(outcome.runs()) == set(algorithms)
    for key, run in outcome.runs().items():
        assert 0.4 < run["score"] < 0.6, key


def test_validation_rows_do_not_change_what_is_fitted(tmp_path: Path) -> None:
    """Two tables that differ only in rows of fold 0 give the same models of fold 0's training rows."""
    from aliquot_runner.archive import unpack

    frame = table(300).drop(columns="c6")
    other = frame.copy()
    folds = draw_folds(read_target(frame["c5"], "BINARY_CLASSIFICATION"), 3, 7)
    other.loc[folds == 0, ["c0", "c1", "c3"]] += 1000.0
    other.loc[folds == 0, "c2"] = "never seen"
    other.loc[folds == 0, "c4"] -= np.timedelta64(9999, "D")
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "log_loss", algorithms=["lightgbm", "linear"], steps=STEPS)
    for name, content in (("one", frame), ("two", other)):
        assert run_job(tmp_path / name, spec, {"data.parquet": content}).status == 0
        for key in ("lightgbm", "linear"):
            unpack(tmp_path / name / "out" / f"{key}.zip", tmp_path / name / key)
    for key, file in (("lightgbm", "model.txt"), ("linear", "model.skops"), ("linear", "dense.json")):
        contents = [(tmp_path / name / key / f"{key}-0" / "0" / file).read_bytes() for name in ("one", "two")]
        assert contents[0] == contents[1], file
        contents = [(tmp_path / name / key / "preparation" / "0.json").read_bytes() for name in ("one", "two")]
        assert contents[0] == contents[1]


def test_a_vocabulary_knows_training_rows_only() -> None:
    frame = pd.DataFrame({"c0": [f"id {number}" for number in range(100)]})
    encoder = Encoder().fit(frame.iloc[:50], {"c0": "category"})
    codes = encoder.transform(frame)
    assert np.isnan(codes[50:, 0]).all()
    assert not np.isnan(codes[:50, 0]).any()


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_the_mean_target_of_a_level_does_not_know_the_row(classes: int) -> None:
    generator = np.random.default_rng(1)
    level = generator.integers(0, 80, 800)
    truth = np.clip(level // 30 + generator.integers(0, 2, 800), 0, max(1, classes - 1))
    frame = pd.DataFrame({"c0": np.char.add("v", level.astype(str)).astype(object)})
    encoder = Encoder()
    matrix = encoder.fit_transform(frame, {}, Truth(truth, classes))
    means = [place for place, feature in enumerate(encoder.features()) if ".mean" in feature.name]
    assert len(means) == max(1, classes if classes > 2 else 1)
    changed = truth.copy()
    changed[5] = (changed[5] + 1) % 2
    other = Encoder().fit_transform(frame, {}, Truth(changed, classes))
    assert matrix[5, means] == pytest.approx(other[5, means], abs=2e-3), "only by what all levels have in common"
    same_level = (level == level[5]) & (np.arange(800) != 5)
    assert np.abs(matrix[same_level][:, means] - other[same_level][:, means]).max() > 0.01

    learned = json.loads(json.dumps(encoder.columns))
    unseen = Encoder(learned).transform(pd.DataFrame({"c0": ["v3", "never", None]}))[:, means]
    assert unseen[1] == pytest.approx(np.array(learned[0]["means"]["prior"]))
    assert np.isfinite(unseen).all()
    assert np.array_equal(encoder.fit_transform(frame, {}, Truth(truth, classes)), matrix)


def test_levels_that_differ_by_chance_only_have_no_mean() -> None:
    generator = np.random.default_rng(2)
    frame = pd.DataFrame({"c0": np.char.add("v", generator.integers(0, 90, 900).astype(str)).astype(object)})
    encoder = Encoder()
    encoder.fit_transform(frame, {}, Truth(generator.normal(size=900), 0))
    assert [feature.name for feature in encoder.features()] == ["c0", "c0.frequency"]


def test_early_stopping_watches_training_rows_only() -> None:
    matrix, features, truth = inputs(4)
    from aliquot_runner.registry import families

    model = fitted(families()["lightgbm"], matrix[:300], features, truth[:300], 4)
    assert int(model.chosen()["rounds"] or 0) > 0


def test_every_class_stays_among_the_rows_to_learn_from() -> None:
    from aliquot_runner.families.base import FitTask

    matrix, features, _ = inputs(4)
    truth = np.array([0] * 390 + [1] * 7 + [2] * 2 + [3])
    learn, watch = watched_rows(FitTask(matrix, features, truth, 4, False, {}, 1, 1, 0.0))
    assert set(truth[learn]) == {0, 1, 2, 3}
    assert sorted([*learn, *watch]) == list(range(400))


@pytest.mark.parametrize(("sizes", "expected"), [([50, 50], 5), ([50, 3], 3), ([50, 1], 2), ([1000, 2], 5)])
def test_folds_are_stratified(sizes: list[int], expected: int) -> None:
    labels = pd.Series([f"class {number}" for number, size in enumerate(sizes) for _ in range(size)], dtype=object)
    folds = draw_folds(read_target(labels, "MULTICLASS_CLASSIFICATION"), 5, 3)
    assert folds.max() + 1 == expected
    for label in labels.unique():
        spread = np.bincount(folds[(labels == label).to_numpy()], minlength=expected)
        assert spread.max() - spread.min() <= 1
