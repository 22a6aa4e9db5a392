"""The search by expected gain: which configurations follow the first ones, what is kept, and what is blended."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

from aliquot_runner.candidates import MAXIMUM, Candidates
from aliquot_runner.folds import draw_folds
from aliquot_runner.portfolio import portfolio
from aliquot_runner.protocol import TrainSpec
from aliquot_runner.registry import families, find_metric
from aliquot_runner.run_state import RunState, TrialState
from aliquot_runner.target import Target
from aliquot_runner.training import Training, Trial

from .workbench import QUICKER, Message, run_job, table, train_spec

REGRESSION = "REGRESSION"
ROWS = table(300).drop(columns="c5")
AMPLE_SECONDS = 250
QUICK = ["linear", "decision_tree", "extra_trees", "lightgbm"]
pytestmark = pytest.mark.timeout(300)


def search_spec(**changes: object) -> Message:
    given = {"algorithms": QUICK, "tuning": "AUTO", "maxTrials": 12, "budgetSeconds": AMPLE_SECONDS}
    return train_spec(ROWS, "c6", REGRESSION, "rmse", **(given | changes))


def test_tries_the_portfolio_in_its_order_after_the_first_trials(tmp_path: Path) -> None:
    assert ROWS["c6"].min() < 0, "where the entry with poisson is left out"
    outcome = run_job(tmp_path, search_spec(), {"data.parquet": ROWS})
    tried = [(message["algorithm"], message["trial"], message["parameters"]) for message in outcome.of("trialFinished")]
    assert sorted(algorithm for algorithm, trial, _ in tried if trial == 0) == sorted(QUICK)
    wanted = [
        (entry.algorithm, {**families()[entry.algorithm].defaults, **entry.parameters})
        for entry in portfolio(REGRESSION)
        if entry.algorithm in QUICK and entry.parameters and "poisson" not in entry.parameters
    ]
    further = [(algorithm, parameters) for algorithm, trial, parameters in tried if trial > 0]
    known = [entry for entry in further if entry in wanted]
    assert known == wanted[: len(known)]
    assert len(known) >= 4


def test_stays_within_the_space_that_the_user_has_drawn(tmp_path: Path) -> None:
    space = {"lightgbm": {"num_leaves": {"low": 4, "high": 6}}}
    spec = search_spec(algorithms=["lightgbm"], searchSpace=space, maxTrials=5, startParameters=QUICKER)
    outcome = run_job(tmp_path, spec, {"data.parquet": ROWS})
    further = [message for message in outcome.of("trialFinished") if message["trial"] > 0]
    assert len(further) == 4
    assert all(4 <= message["parameters"]["num_leaves"] <= 6 for message in further)


def test_blends_trials_of_one_algorithm_with_themselves_and_with_others(tmp_path: Path) -> None:
    outcome = run_job(tmp_path, search_spec(algorithms=[*QUICK, "ensemble"]), {"data.parquet": ROWS})
    ensemble = outcome.runs()["ensemble"]
    members = [(member["algorithm"], member["trial"]) for member in ensemble["members"]]
    finished = {(message["algorithm"], message["trial"]) for message in outcome.of("trialFinished")}
    assert len(set(members)) == len(members)
    assert set(members) <= finished
    assert len({algorithm for algorithm, _ in members}) < len(members)
    best = min(run["score"] for key, run in outcome.runs().items() if key != "ensemble")
    assert ensemble["score"] < 1.02 * best


def test_a_cancelled_training_keeps_the_blend_that_was_made_on_the_way(tmp_path: Path) -> None:
    spec = search_spec(algorithms=[*QUICK, "ensemble"], maxTrials=None)

    def is_blended(message: Message) -> bool:
        return bool(message["type"] == "runFinished" and message["algorithm"] == "ensemble")

    outcome = run_job(tmp_path, spec, {"data.parquet": ROWS}, cancel_after=is_blended)
    assert outcome.last("finished")["stopReason"] == "CANCELED"
    assert outcome.of("runFailed") == []
    assert outcome.runs()["ensemble"]["scoreBasis"] == "CROSS_FITTED"
    assert (tmp_path / "out" / "ensemble.zip").exists()


@pytest.fixture
def training(tmp_path: Path) -> Training:
    generator = np.random.default_rng(3)
    target = Target("REGRESSION", generator.normal(size=200), np.arange(200), [], 1)
    spec = search_spec(maxTrials=None)
    folds = draw_folds(target, 4, 3)
    metric = find_metric("rmse", "REGRESSION")
    return Training(cast(TrainSpec, spec), ROWS, [], target, folds, 4, metric, tmp_path, tmp_path, threads_per_fit=1)


def left_by(training: Training, algorithm: str, number: int, noise: float, folds: int = 4) -> TrialState:
    """A trial whose predictions are the truth with noise of so many standard deviations."""
    state = TrialState(Trial(algorithm, number, {}))
    generator = np.random.default_rng(number)
    for fold in range(folds):
        rows = training.rows(fold)
        prediction = training.target.values[rows] + noise * generator.normal(size=len(rows))
        folder = state.trial.folder(training, fold)
        folder.mkdir()
        np.save(folder / "predictions.npy", prediction)
        state.scores[fold] = training.score(rows, prediction) or 0.0
    state.score = float(np.mean(list(state.scores.values()))) if folds == 4 else None
    return state


def a_run(state: TrialState) -> RunState:
    family = families()[state.trial.algorithm]
    return RunState(family, family.space, [state], best=state)


def test_a_trial_that_is_worse_is_wanted_only_where_it_helps_the_others(training: Training) -> None:
    candidates = Candidates(training)
    leader, other = a_run(left_by(training, "lightgbm", 0, 0.5)), a_run(left_by(training, "linear", 1, 0.5))
    runs = [leader, other]
    assert candidates.is_unwanted(leader, left_by(training, "lightgbm", 2, 3.0, folds=1), runs)
    assert not candidates.is_unwanted(leader, left_by(training, "lightgbm", 3, 0.1, folds=1), runs)
    different = left_by(training, "lightgbm", 4, 0.6, folds=1)
    assert different.scores[0] > (leader.best or different).scores[0]
    assert not candidates.is_unwanted(leader, different, runs)


def test_keeps_the_best_trials_and_the_best_of_every_algorithm(training: Training) -> None:
    candidates = Candidates(training)
    states = [left_by(training, "lightgbm", number, 0.1 * (number + 1)) for number in range(MAXIMUM + 3)]
    worst = left_by(training, "linear", 99, 9.0)
    for state in [*states, worst]:
        candidates.add(state)
    given_up = candidates.give_up([a_run(states[0]), a_run(worst)])
    assert given_up == sorted(given_up, key=lambda state: -(state.score or 0.0))
    assert len(given_up) == 4
    assert not any(state is worst for state in given_up)
    assert len(candidates.states()) == MAXIMUM
