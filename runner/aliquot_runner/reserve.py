"""A model of a sample, made where time or memory may be too short for any other. It is served if there is none."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .announcer import Announcer
from .archive import publish
from .execution.local import Ended, LocalPool
from .fold_fit import fit_fold
from .protocol import RunFinished
from .report import report_run
from .run_state import RunState
from .training import Training, Trial

RESERVE = "reserve"
CELLS_PER_SECOND = 50_000
"""Of the table, for each second of the budget: with more of them the first fold may come too late."""
SHORT_SECONDS = 5
"""Of a budget, in which it may come too late whatever the table."""
SAMPLE_CELLS = 200_000
FEWEST_ROWS, MOST_ROWS = 200, 2_000
LEAST_OF_CLASS = 2
"""Rows of each class in each fold, where there are so many."""
SHARE_OF_TIME = 0.25


class Reserve:
    """Of the quickest algorithm; none where an earlier training has left models, or the folds come prepared."""

    def __init__(
        self, training: Training, runs: Mapping[str, RunState], pool: LocalPool, tell: Announcer, deadline: float
    ) -> None:
        self._training = training
        self._runs = runs
        self._pool = pool
        self._tell = tell
        self._deadline = deadline
        self._is_started = "prepared" in training.spec or tell.best is not None
        self._folder: Path | None = None

    def start_if_short(self) -> None:
        cells = len(self._training.target.values) * len(self._training.columns)
        budget = self._training.spec["budgetSeconds"]
        if budget < SHORT_SECONDS or cells > CELLS_PER_SECOND * budget:
            self._start()

    def start_if_nothing_else(self) -> None:
        """Nothing is scored, and nothing will be."""
        if not any(state.scores for run in self._runs.values() for state in run.trials):
            self._start()

    def handle(self, ended: Ended) -> None:
        if ended.code is None:
            self._folder = ended.folder

    def serve(self) -> None:
        """Makes it the result of its algorithm, and of the training."""
        if self._folder is None:
            return
        message: RunFinished = json.loads((self._folder / "report.json").read_text(encoding="utf-8"))
        run = self._runs[message["algorithm"]]
        rows = json.loads((self._folder / "sample.json").read_text(encoding="utf-8"))["rows"]
        self._tell.warn(
            f"No fold of all rows was scored: there was too little time or memory. What is served is a quick "
            f"{run.family.label} model of a sample of {rows} rows. Give the training more."
        )
        file = message["artifacts"][0]
        file["name"] = f"{run.key}.zip"
        publish(self._folder / "model.zip", self._training.out / file["name"])
        run.reported = message
        self._tell.run_finished(message, may_be_best=True)

    def _start(self) -> None:
        if self._is_started:
            return
        self._is_started = True
        usable = [run for run in self._runs.values() if not run.failed] or list(self._runs.values())
        run = min(usable, key=lambda run: run.family.order)
        work = functools.partial(fit_reserve, self._training, run.trials[0].trial, self._deadline)
        self._pool.start(RESERVE, self._training.scratch / RESERVE, work)


def fit_reserve(training: Training, trial: Trial, deadline: float, folder: Path) -> None:
    """One fold of a sample, reported as any run; sample.json tells its rows."""
    rows = sample(training)
    small = replace(
        training,
        frame=training.frame.iloc[rows].reset_index(drop=True),
        target=replace(training.target, values=training.target.values[rows]),
        folds=training.folds[rows],
        scratch=folder / "sample",
        threads_per_fit=1,
    )
    fitted = trial.folder(small, 0)
    fitted.mkdir(parents=True)
    now = time.monotonic()
    fit_fold(small, trial, 0, now + SHARE_OF_TIME * max(0.0, deadline - now), fitted)
    report_run(small, trial, [0], folder)
    (folder / "sample.json").write_text(json.dumps({"rows": len(rows)}), encoding="utf-8")


def sample(training: Training) -> npt.NDArray[np.int64]:
    """Rows in order, drawn by the seed, with some of each class in each fold."""
    values, folds = training.target.values, training.folds
    wanted = min(MOST_ROWS, max(FEWEST_ROWS, SAMPLE_CELLS // max(1, training.frame.shape[1])))
    if len(values) <= wanted:
        return np.arange(len(values))
    generator = np.random.default_rng(training.spec["seed"])
    chosen = [generator.choice(len(values), wanted, replace=False)]
    for number in range(training.classes):
        of_class = np.flatnonzero(values == number)
        by_fold = (of_class[folds[of_class] == fold] for fold in range(training.fold_count))
        chosen.extend(rows[:LEAST_OF_CLASS] for rows in by_fold)
    return np.unique(np.concatenate(chosen)).astype(np.int64)
