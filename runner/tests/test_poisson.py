"""LightGBM's Poisson loss, for targets of 0 or more."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from aliquot_runner.archive import unpack
from aliquot_runner.encoder import Feature
from aliquot_runner.errors import FitError
from aliquot_runner.export.model import compose
from aliquot_runner.export.parity import TOLERANCE, compare, rows_to_compare
from aliquot_runner.families.base import FitTask
from aliquot_runner.families.lightgbm import FAMILY
from aliquot_runner.fold_model import fit_model, load_model
from aliquot_runner.predict import apply_model
from aliquot_runner.table import read_table

from .test_export import inputs_of
from .workbench import run_job, train_spec

ROWS = 900


def counts() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Counts whose logarithm of the mean is linear in two of three columns."""
    generator = np.random.default_rng(1)
    matrix = generator.normal(size=(ROWS, 3)).astype(np.float32)
    mean = np.exp(0.3 + 0.9 * matrix[:, 0] - 0.6 * matrix[:, 1])
    return matrix, generator.poisson(mean).astype(np.float64)


def task_of(**changes: Any) -> FitTask:
    matrix, truth = counts()
    task = FitTask(
        matrix=matrix,
        features=[Feature(f"c{place}", f"c{place}", "number", 0) for place in range(3)],
        truth=truth,
        classes=0,
        absolute=False,
        parameters={**FAMILY.defaults, "rounds": 300, "poisson": True},
        seed=3,
        threads=1,
        stop_at=time.monotonic() + 60,
    )
    return replace(task, **changes)


def test_predicts_means_above_0_keeps_them_and_fits_them_again(tmp_path: Path) -> None:
    task = task_of()
    learned = task.rows(np.arange(600))
    model = fit_model(FAMILY, learned, 0, logarithmic=False)
    prediction = model.predict(task.matrix)
    assert prediction.min() > 0
    unseen = slice(600, ROWS)
    assert np.mean((prediction[unseen] - task.truth[unseen]) ** 2) < 0.7 * np.var(task.truth[unseen])
    squared = fit_model(FAMILY, replace(learned, parameters=FAMILY.defaults), 0, logarithmic=False)
    assert squared.predict(task.matrix).min() < 0, "a squared error knows no bound at 0"

    model.save(tmp_path)
    assert np.array_equal(load_model(FAMILY, tmp_path, task.features).predict(task.matrix), prediction)
    again = fit_model(FAMILY, replace(learned, decided=model.decided()), 0, logarithmic=False)
    assert np.array_equal(again.predict(task.matrix), prediction)


@pytest.mark.parametrize(
    "changes",
    [
        {"truth": counts()[1] - 1},
        {"truth": (counts()[1] > 1).astype(np.int64), "classes": 2},
    ],
    ids=["values below 0", "classes"],
)
def test_other_targets_are_refused(changes: dict[str, Any]) -> None:
    task = task_of(**changes)
    with pytest.raises(FitError, match="`poisson` is for targets that are numbers of 0 or more"):
        fit_model(FAMILY, task, task.classes, logarithmic=False)


def test_rows_that_sum_to_0_are_learned_by_their_squared_error() -> None:
    generator = np.random.default_rng(2)
    truth = np.zeros(ROWS)
    truth[generator.permutation(ROWS)[:2]] = 5
    task = task_of(truth=truth)
    prediction = fit_model(FAMILY, task, 0, logarithmic=False).predict(task.matrix)
    assert np.isfinite(prediction).all()
    empty = task.rows(np.flatnonzero(truth == 0))
    model, _ = FAMILY.boost(empty, None, 5)
    assert np.array_equal(model.predict(empty.matrix), np.zeros(len(empty.truth)))


def test_the_portfolio_asks_for_it_where_a_mean_of_counts_is_wanted() -> None:
    truth = counts()[1]
    assert FAMILY.suits({"poisson": True}, truth, "SQUARED")
    assert not FAMILY.suits({"poisson": True}, truth, "ABSOLUTE")
    assert not FAMILY.suits({"poisson": True}, truth, "LOGARITHMIC")
    assert not FAMILY.suits({"poisson": True}, np.zeros(9), "SQUARED")
    assert not FAMILY.suits({"poisson": True}, truth - 1, "SQUARED")
    assert FAMILY.suits({}, truth - 1, "SQUARED")


def frame_of_counts() -> pd.DataFrame:
    matrix, truth = counts()
    return pd.DataFrame({**{f"c{place}": matrix[:, place] for place in range(3)}, "c3": truth})


def test_a_training_tries_it_after_the_first_models(tmp_path: Path) -> None:
    frame = frame_of_counts()
    wishes: dict[str, Any] = {"algorithms": ["lightgbm"], "tuning": "AUTO", "maxTrials": 3, "budgetSeconds": 120}
    outcome = run_job(tmp_path, train_spec(frame, "c3", "REGRESSION", "rmse", **wishes), {"data.parquet": frame})
    tried = [message["parameters"] for message in outcome.of("trialFinished")]
    assert [[trial["crosses"], trial["poisson"]] for trial in tried] == [[False, False], [True, False], [False, True]]


def test_a_graph_holds_it(tmp_path: Path) -> None:
    frame = frame_of_counts()
    wishes: dict[str, Any] = {"algorithms": ["lightgbm"], "startParameters": {"lightgbm": {"poisson": True}}}
    spec = train_spec(frame, "c3", "REGRESSION", "rmse", **wishes)
    assert run_job(tmp_path, spec, {"data.parquet": frame}).status == 0
    folder = tmp_path / "model"
    manifest = unpack(tmp_path / "out" / "lightgbm.zip", folder)
    columns = inputs_of(spec, "c3")
    rows = rows_to_compare(read_table(tmp_path / "in" / "data.parquet", columns), columns, 1)
    expected = apply_model(manifest, folder, lambda fold: rows)
    assert expected.min() > 0
    found = compare(compose(manifest, folder, manifest["members"]), rows, columns, expected, float(frame["c3"].std()))
    assert found.max_difference < TOLERANCE
