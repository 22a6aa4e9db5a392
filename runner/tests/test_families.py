"""The same questions to every family."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from aliquot_runner.encoder import Encoder, Feature, Matrix
from aliquot_runner.families.base import Family, FitTask
from aliquot_runner.fold_model import FoldModel, fit_model, load_model
from aliquot_runner.protocol import TaskType
from aliquot_runner.registry import families

from .workbench import table

ROWS = 400
CLASSES: dict[TaskType, int] = {"BINARY_CLASSIFICATION": 2, "MULTICLASS_CLASSIFICATION": 4, "REGRESSION": 0}
QUICKER: dict[str, Any] = {"rounds": 40, "trees": 20, "max_epochs": 15}
CASES = [(family, task) for family in families().values() for task in family.tasks]


def inputs(classes: int) -> tuple[Matrix, list[Feature], npt.NDArray[Any]]:
    frame = table(ROWS, classes=max(2, classes))
    truth = np.unique(frame["c5"], return_inverse=True)[1] if classes else frame["c6"].to_numpy()
    encoder = Encoder().fit(frame[["c0", "c1", "c2", "c3", "c4"]], {})
    return encoder.transform(frame), encoder.features(), truth


def fitted(
    family: Family, matrix: Matrix, features: list[Feature], truth: npt.NDArray[Any], classes: int, **changes: Any
) -> FoldModel:
    quicker = {name: value for name, value in QUICKER.items() if name in family.defaults}
    task = FitTask(
        matrix=matrix,
        features=features,
        truth=truth,
        classes=classes,
        absolute=False,
        parameters={**family.defaults, **quicker},
        seed=changes.get("seed", 3),
        threads=1,
        stop_at=time.monotonic() + changes.get("seconds", 30.0),
    )
    return fit_model(family, task, classes, logarithmic=False)


@pytest.mark.parametrize(("family", "task"), CASES, ids=lambda value: getattr(value, "key", value))
def test_learns_saves_and_repeats(family: Family, task: TaskType, tmp_path: Path) -> None:
    classes = CLASSES[task]
    matrix, features, truth = inputs(classes)
    model = fitted(family, matrix[:300], features, truth[:300], classes)
    prediction = model.predict(matrix[300:])
    if classes:
        assert prediction.shape == (100, classes)
        assert np.allclose(prediction.sum(axis=1), 1)
        shares = np.bincount(truth[:300], minlength=classes) / 300
        assert np.mean(prediction.argmax(axis=1) == truth[300:]) > shares.max() + 0.15
    else:
        assert prediction.shape == (100,)
        assert np.mean((prediction - truth[300:]) ** 2) < 0.6 * np.var(truth[300:])
    assert np.isfinite(prediction).all()

    model.save(tmp_path)
    assert np.array_equal(load_model(family, tmp_path, features).predict(matrix[300:]), prediction)
    assert not [file for file in tmp_path.iterdir() if file.suffix in (".pkl", ".pickle", ".joblib")]
    again = fitted(family, matrix[:300], features, truth[:300], classes)
    assert np.array_equal(again.predict(matrix[300:]), prediction)
    second = tmp_path / "again"
    second.mkdir()
    again.save(second)
    for file in second.iterdir():
        assert file.suffix == ".cbm" or file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name

    importance = model.importance(features)
    assert not importance or max(importance, key=lambda name: importance[name]) in ("c0", "c1")


@pytest.mark.parametrize(("family", "task"), CASES, ids=lambda value: getattr(value, "key", value))
def test_takes_missing_and_unseen_values(family: Family, task: TaskType) -> None:
    classes = CLASSES[task]
    matrix, features, truth = inputs(classes)
    model = fitted(family, matrix[:300], features, truth[:300], classes)
    holes = matrix[300:].copy()
    holes[:, 2] = np.nan
    holes[::2] = np.nan
    assert np.isfinite(model.predict(holes)).all()
    assert len(model.predict(matrix[:0])) == 0


@pytest.mark.parametrize("family", families().values(), ids=lambda family: family.key)
def test_takes_few_rows_and_absent_classes(family: Family) -> None:
    matrix, features, _ = inputs(4)
    few = fitted(family, matrix[:3], features, np.array([2, 2, 0]), 4)
    assert np.all(few.predict(matrix[:5])[:, [1, 3]] == 0)
    one = fitted(family, matrix[:6], features, np.full(6, 3), 4)
    assert np.all(one.predict(matrix[:5])[:, 3] == 1)
    if "REGRESSION" in family.tasks:
        assert np.isfinite(fitted(family, matrix[:2], features, np.array([1.0, 2.0]), 0).predict(matrix[:5])).all()


@pytest.mark.parametrize("family", families().values(), ids=lambda family: family.key)
def test_defaults_lie_inside_the_search_space(family: Family) -> None:
    for name, dimension in family.space.items():
        default = family.defaults[name]
        if dimension.kind == "CHOICE":
            assert default in dimension.choices
        elif default is not None:
            assert isinstance(default, (int, float))
            assert dimension.low <= default <= dimension.high


@pytest.mark.parametrize("key", ["lightgbm", "xgboost", "catboost", "random_forest", "extra_trees"])
def test_stops_growing_in_time(key: str) -> None:
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(20_000, 20)).astype(np.float32)
    truth = generator.integers(0, 2, size=20_000)
    features = [Feature(f"c{number}", f"c{number}", "number") for number in range(20)]
    family = families()[key]
    task = FitTask(matrix, features, truth, 2, False, family.defaults, 0, 1, time.monotonic() + 0.5)
    began = time.process_time()
    family.fit(task)
    assert time.process_time() - began < 4


@pytest.mark.parametrize("key", ["lightgbm", "xgboost", "catboost"])
def test_time_that_is_up_at_the_start_still_gives_a_model(key: str) -> None:
    matrix, features, truth = inputs(2)
    model = fitted(families()[key], matrix[:300], features, truth[:300], 2, seconds=-1.0)
    assert np.isfinite(model.predict(matrix[300:])).all()
