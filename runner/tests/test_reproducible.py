"""A number of trials and a seed give the same trials, and chance stays chance."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.fold_fit import fit_fold
from aliquot_runner.folds import draw_folds
from aliquot_runner.protocol import TaskType
from aliquot_runner.registry import families, find_metric
from aliquot_runner.run_state import RunState, TrialState
from aliquot_runner.target import read_target
from aliquot_runner.training import Training, Trial, out_of_fold
from aliquot_runner.tuner import Tuner

from .test_families import QUICKER
from .workbench import Message, Outcome, columns_of, run_job, table, train_spec

PERMUTATIONS = 20
WITHIN_99_PERCENT = 2.576


def trials_of(outcome: Outcome) -> dict[tuple[str, int], tuple[Message, float, list[float]]]:
    return {
        (message["algorithm"], message["trial"]): (message["parameters"], message["score"], message["foldScores"])
        for message in outcome.of("trialFinished")
    }


def proofs_of(outcome: Outcome) -> dict[str, tuple[list[Message], Message | None, str]]:
    proofs = {key: run["proof"] for key, run in outcome.runs().items()}
    return {key: (proof["trials"], proof["blend"], proof["predictionsSha256"]) for key, proof in proofs.items()}


@pytest.mark.parametrize(
    ("task", "target", "tuning"), [("BINARY_CLASSIFICATION", "c5", "RANDOM"), ("REGRESSION", "c6", "AUTO")]
)
@pytest.mark.timeout(240)
def test_the_same_number_of_trials_is_the_same_trials(task: TaskType, target: str, tuning: str, tmp_path: Path) -> None:
    """However many fits there are at a time, of every algorithm, bit by bit: each fit has one thread, and all the time
    it wants."""
    frame = table(120).drop(columns="c6" if target == "c5" else "c5")
    keys = [family.key for family in families().values() if task in family.tasks]
    start = {
        family.key: {name: value for name, value in QUICKER.items() if name in family.defaults}
        for family in families().values()
    }
    spec = train_spec(
        frame,
        target,
        task,
        "log_loss" if target == "c5" else "rmse",
        algorithms=[*keys, "ensemble"],
        startParameters=start,
        maxTrials=len(keys) + 3,
        tuning=tuning,
        budgetSeconds=3_000,
    )
    outcomes = [
        run_job(tmp_path / str(threads), spec | {"threads": threads}, {"data.parquet": frame}) for threads in (1, 2)
    ]
    one, two = (trials_of(outcome) for outcome in outcomes)
    assert len(one) == len(keys) + 3
    assert one == two
    assert proofs_of(outcomes[0]) == proofs_of(outcomes[1])


@pytest.mark.timeout(240)
def test_what_hyperband_stops_is_the_same_however_many_fits_there_are_at_a_time(tmp_path: Path) -> None:
    frame = table(200).drop(columns="c5")
    wide = {"decision_tree": {"max_depth": {"low": 1, "high": 20}, "min_samples_leaf": {"low": 1, "high": 150}}}
    spec = train_spec(frame, "c6", "REGRESSION", "rmse", algorithms=["decision_tree", "linear", "ensemble"])
    spec |= {"tuning": "HYPERBAND", "maxTrials": 16, "searchSpace": wide, "folds": {"count": 5, "seed": 7}}
    spec["budgetSeconds"] = 3_000
    outcomes = [
        run_job(tmp_path / str(threads), spec | {"threads": threads}, {"data.parquet": frame}) for threads in (1, 2)
    ]
    one, two = (trials_of(outcome) for outcome in outcomes)
    assert len(one) == 16
    counts = [len(scores) for _, _, scores in one.values()]
    assert min(counts) < 5, "some are stopped"
    assert counts.count(5) > 3, "some are not"
    assert one == two
    assert proofs_of(outcomes[0]) == proofs_of(outcomes[1])


def test_the_pruner_hears_of_the_folds_in_their_order(tmp_path: Path) -> None:
    """Whichever ends first: the same trials are stopped after the same folds."""
    target = read_target(pd.Series(np.arange(40.0)), "REGRESSION")
    spec = {"tuning": "HYPERBAND", "maxTrials": 30, "seed": 7, "taskType": "REGRESSION"}
    metric, folds = find_metric("rmse", "REGRESSION"), draw_folds(target, 4, 7)
    training = Training(
        spec,  # type: ignore[arg-type]
        *(pd.DataFrame(), [], target, folds, 4, metric, tmp_path, tmp_path, 1),
    )
    family = families()["decision_tree"]

    def scored(order: tuple[int, ...]) -> list[tuple[object, dict[int, float]]]:
        first = TrialState(Trial(family.key, 0, family.defaults), dict.fromkeys(order, 9.0), score=9.0)
        run = RunState(family, family.space, [first], best=first)
        tuner, generator = Tuner(training, 30), np.random.default_rng(3)
        while state := tuner.next_trial({family.key: run}, math.inf, 1):
            scores = generator.normal(float(state.trial.parameters["max_depth"] or 0), 2.0, 4)
            for fold in order:
                state.scores[fold] = float(scores[fold])
                if tuner.should_stop(run, state):
                    break
            else:
                state.score = float(scores.mean())
            tuner.ended(run, state)
        return [(state.trial.parameters, state.scores) for state in run.trials]

    expected = scored((0, 1, 2, 3))
    assert {len(scores) for _, scores in expected} == {1, 2, 4}
    assert scored((1, 0, 3, 2)) == scored((3, 2, 1, 0)) == expected


@pytest.mark.timeout(240)
def test_permuted_targets_score_like_chance(tmp_path: Path) -> None:
    """The mean area under the curve over 20 permutations lies inside the 99 % interval of chance, and so do almost all
    of them; columns whose levels could be learned by heart, and a step that looks at the target, are among them."""
    frame = table(200).drop(columns=["c4", "c6"])
    frame["c4"] = np.array([f"level {number % 60}" for number in range(200)], dtype=object)
    columns = columns_of(frame.drop(columns="c5"))
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "roc_auc")
    spec["steps"] = [{"key": "target_encoding", "parameters": {}}, {"key": "frequency_encoding", "parameters": {}}]
    generator = np.random.default_rng(11)
    scores: dict[str, list[float]] = {"linear": [], "naive_bayes": [], "decision_tree": [], "knn": []}
    for number in range(PERMUTATIONS):
        target = read_target(pd.Series(generator.permutation(frame["c5"])), "BINARY_CLASSIFICATION")
        scratch = tmp_path / str(number)
        scratch.mkdir()
        training = Training(
            spec,  # type: ignore[arg-type]
            frame.drop(columns="c5"),
            columns,  # type: ignore[arg-type]
            target,
            draw_folds(target, 3, number),
            3,
            find_metric("roc_auc", "BINARY_CLASSIFICATION"),
            scratch,
            scratch,
            threads_per_fit=1,
        )
        for key, found in scores.items():
            trial = Trial(key, 0, families()[key].defaults)
            for fold in range(3):
                folder = trial.folder(training, fold)
                folder.mkdir()
                fit_fold(training, trial, fold, math.inf, folder)
            found.append(training.score(*out_of_fold(training, trial, [0, 1, 2])) or 0.0)
    # Of the area under the curve of random order, 100 rows of each class (Mann and Whitney, 1947).
    spread = math.sqrt((100 + 100 + 1) / (12 * 100 * 100))
    for key, found in scores.items():
        assert abs(np.mean(found) - 0.5) < WITHIN_99_PERCENT * spread / math.sqrt(PERMUTATIONS), (key, np.mean(found))
        outside = sum(abs(score - 0.5) > WITHIN_99_PERCENT * spread for score in found)
        assert outside <= 1, (key, sorted(found))
