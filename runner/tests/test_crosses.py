"""Sums, products and quotients of columns, in the families that may be given them."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aliquot_runner.crosses import MOST, chosen_crosses, columns_of
from aliquot_runner.encoder import LARGEST, Feature
from aliquot_runner.families.base import FitTask
from aliquot_runner.fold_model import fit_model, load_model
from aliquot_runner.registry import families

ROWS = 600


def task_of(key: str, classes: int) -> FitTask:
    """The target hangs on c0 / c1; c2 is missing throughout, c3 the same, c4 noise with the largest numbers, c5 a
    category.
    """
    generator = np.random.default_rng(1)
    matrix = generator.uniform(1, 9, size=(ROWS, 6)).astype(np.float32)
    matrix[:, 2], matrix[:, 3] = np.nan, 7
    matrix[::50, 4], matrix[1::50, 4] = LARGEST, -LARGEST
    matrix[:, 5] = generator.integers(0, 3, ROWS)
    ratio = (matrix[:, 0] / matrix[:, 1]).astype(np.float64)
    matrix[::40, 1] = np.nan
    matrix[7::40, 1] = 0
    kinds = ["number"] * 5 + ["category"]
    return FitTask(
        matrix=matrix,
        features=[
            Feature(f"c{place}", f"c{place}", kind, 3 if kind == "category" else 0)  # type: ignore[arg-type]
            for place, kind in enumerate(kinds)
        ],
        truth=np.digitize(ratio, [0.7, 1.6])[: len(ratio)] if classes else ratio,
        classes=classes,
        absolute=False,
        parameters={**families()[key].defaults, "crosses": True},
        seed=3,
        threads=1,
        stop_at=time.monotonic() + 60,
    )


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("key", ["lightgbm", "linear"])
def test_finds_a_ratio_keeps_it_and_fits_it_again(key: str, classes: int, tmp_path: Path) -> None:
    family, task = families()[key], task_of(key, classes)
    model = fit_model(family, task, classes, logarithmic=False)
    assert model.crosses is not None
    assert ("/", 0, 1) in model.crosses
    assert len(model.crosses) <= MOST
    assert not {place for _, *places in model.crosses for place in places} & {2, 3, 5}
    prediction = model.predict(task.matrix)
    assert np.isfinite(prediction).all()

    plain = fit_model(family, replace(task, parameters=family.defaults), classes, logarithmic=False)
    assert plain.crosses is None
    assert "crosses" not in plain.decided()
    importance = model.importance(task.features)
    assert set(importance) <= {f"c{place}" for place in range(6)}
    assert sorted(importance, key=lambda name: -importance[name])[:2] in (["c0", "c1"], ["c1", "c0"])

    model.save(tmp_path)
    assert np.array_equal(load_model(family, tmp_path, task.features).predict(task.matrix), prediction)
    again = fit_model(family, replace(task, decided=model.decided()), classes, logarithmic=False)
    assert again.crosses == model.crosses == chosen_crosses(task)
    assert np.array_equal(again.predict(task.matrix), prediction)
    # As it comes back from a stored proof.
    told = json.loads(json.dumps(model.decided()))
    assert chosen_crosses(replace(task, decided=told, seed=99)) == model.crosses


def test_guards_what_it_makes_of_numbers() -> None:
    matrix = np.array([[LARGEST, LARGEST], [-LARGEST, LARGEST], [1, 0], [np.nan, 2], [3, 1e-12]], dtype=np.float32)
    made = columns_of(matrix, [("+", 0, 1), ("-", 0, 1), ("*", 0, 1), ("/", 0, 1)])
    largest, missing = np.float32(LARGEST), np.float32(np.nan)
    expected = [
        [largest, 0, largest, 1],
        [0, -largest, -largest, -1],
        [1, 1, 0, missing],
        [missing, missing, missing, missing],
        [3, 3, np.float32(3e-12), missing],
    ]
    assert np.allclose(made, np.array(expected, dtype=np.float32), rtol=1e-6, atol=0, equal_nan=True)


def test_looks_for_none_where_there_are_no_two_numbers() -> None:
    task = task_of("lightgbm", 0)
    few = replace(task, matrix=task.matrix[:, 4:], features=task.features[4:])
    assert chosen_crosses(few) == []
    tiny = task.rows(np.arange(4))
    assert fit_model(families()["lightgbm"], tiny, 0, logarithmic=False).crosses == []
