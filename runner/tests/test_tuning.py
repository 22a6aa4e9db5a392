"""Search spaces and their wishes, trials that go on where an earlier training ended, and what tuning has brought."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aliquot_runner.registry import families
from aliquot_runner.run_state import TrialState
from aliquot_runner.search import Search
from aliquot_runner.space import space_of
from aliquot_runner.training import Trial
from aliquot_runner.tuning import is_tie

from .workbench import QUICKER, Message, Outcome, run_job, table, train_spec

BINARY, REGRESSION = "BINARY_CLASSIFICATION", "REGRESSION"
ROWS = table(300).drop(columns="c5")
pytestmark = pytest.mark.timeout(300)
AMPLE_SECONDS = 250


def train(folder: Path, **changes: object) -> Outcome:
    resumed = changes.get("resume", [])
    assert isinstance(resumed, list)
    models = {Path(record["model"]).name: record["archive"] for record in resumed if record["model"]}
    changes["resume"] = [{name: record[name] for name in record if name != "archive"} for record in resumed]
    given = {"budgetSeconds": AMPLE_SECONDS, "startParameters": QUICKER} | changes
    spec = train_spec(ROWS, "c6", REGRESSION, "rmse", **given)
    return run_job(folder, spec, {"data.parquet": ROWS, **models})


def left_by(folder: Path, *outcomes: Outcome) -> list[Message]:
    """What the server keeps of trainings: each run with its model, and all trials so far."""
    records = []
    for key, run in {name: run for outcome in outcomes for name, run in outcome.runs().items()}.items():
        trials = [
            {name: message[name] for name in ("parameters", "score", "foldScores", "seconds")}
            | {"number": message["trial"]}
            for outcome in outcomes
            for message in outcome.of("trialFinished")
            if message["algorithm"] == key
        ]
        is_ensemble = key == "ensemble"
        records.append(
            {
                "algorithm": key,
                **{name: run[name] for name in ("score", "foldScores")},
                "best": 0 if is_ensemble else run["trial"],
                "model": None if is_ensemble else f"in/{key}.zip",
                "archive": folder / "out" / f"{key}.zip",
                "trials": trials,
            }
        )
    return records


@pytest.mark.parametrize("strategy", ["GRID", "RANDOM", "TPE", "HYPERBAND", "AUTO"])
def test_trials_stay_inside_what_was_wished(strategy: str, tmp_path: Path) -> None:
    wish = {"min_samples_leaf": {"low": 40, "high": 45}, "max_depth": {"high": 3}}
    outcome = train(tmp_path, tuning=strategy, maxTrials=7, searchSpace={"decision_tree": wish})
    assert outcome.status == 0, outcome.output
    first, *tuned = outcome.of("trialFinished")
    assert first["parameters"] == families()["decision_tree"].defaults
    assert len(tuned) == 6
    for message in tuned:
        assert 40 <= message["parameters"]["min_samples_leaf"] <= 45
        assert 2 <= message["parameters"]["max_depth"] <= 3
    assert len({json.dumps(message["parameters"], sort_keys=True) for message in tuned}) == 6, "none is tried twice"


@pytest.mark.parametrize(
    ("algorithm", "wish", "fault"),
    [
        ("decision_tree", {"depth": {"low": 1}}, "Decision Tree has no dimension depth; it has: max_depth"),
        ("decision_tree", {"max_depth": {"low": 9, "high": 3}}, "max_depth: give 1 <= low <= high <= 64"),
        ("decision_tree", {"max_depth": {"high": 1000}}, "max_depth: give 1 <= low <= high <= 64"),
        ("decision_tree", {"max_depth": {"low": 2.5}}, "max_depth: give whole numbers"),
        ("decision_tree", {"max_depth": {"choices": [2]}}, "max_depth: give low and high in place of choices"),
        ("knn", {"weights": {"choices": ["heavy"]}}, "weights: give choices out of"),
        ("knn", {"weights": {"low": 1}}, "weights: give choices out of"),
    ],
)
def test_says_what_is_wrong_with_a_wish(algorithm: str, wish: Message, fault: str, tmp_path: Path) -> None:
    outcome = train(tmp_path, searchSpace={algorithm: wish})
    assert [(message["type"], message["code"]) for message in outcome.messages] == [("failed", "SPEC_INVALID")]
    assert fault in outcome.messages[0]["message"]


def test_every_dimension_has_limits_that_hold_it() -> None:
    for family in families().values():
        spec = train_spec(ROWS, "c6", REGRESSION, "rmse")
        for name, dimension in space_of(family, spec).items():  # type: ignore[arg-type]
            if dimension.kind != "CHOICE":
                least, most = dimension.limits
                assert least <= dimension.low < dimension.high <= most, (family.key, name)
                assert least > 0 or not dimension.logarithmic, (family.key, name)


def test_hyperband_stops_trials_after_some_folds(tmp_path: Path) -> None:
    wide = {"decision_tree": {"max_depth": {"low": 1, "high": 20}, "min_samples_leaf": {"low": 1, "high": 250}}}
    folds = {"count": 6, "seed": 7}
    outcome = train(tmp_path, tuning="HYPERBAND", maxTrials=24, folds=folds, searchSpace=wide)
    counts = [len(message["foldScores"]) for message in outcome.of("trialFinished")]
    assert len(counts) == 24
    assert counts[0] == 6
    assert min(counts) < 6, "some are pruned"
    assert counts.count(6) > 3, "some are not"
    best = outcome.runs()["decision_tree"]
    assert best["score"] == min(m["score"] for m in outcome.of("trialFinished") if len(m["foldScores"]) == 6)


def test_tells_what_tuning_has_brought(tmp_path: Path) -> None:
    outcome = train(tmp_path, algorithms=["decision_tree", "linear"], tuning="RANDOM", maxTrials=24)
    for key, run in outcome.runs().items():
        trials = [message for message in outcome.of("trialFinished") if message["algorithm"] == key]
        told = [message for message in outcome.of("tuned") if message["algorithm"] == key]
        last = told[-1]
        assert last["trials"] == len(trials)
        assert last["strategy"] == "RANDOM"
        assert last["baselineScore"] == trials[0]["score"] == run["baselineScore"]
        assert last["bestScore"] == run["score"] == min(message["score"] for message in trials)
        assert last["bestTrial"] == run["trial"]
        assert last["improvement"] == pytest.approx(trials[0]["score"] - run["score"])
        assert run["trial"] not in last["ties"]
        assert set(last["ties"]) <= {message["trial"] for message in trials}
        best_so_far = np.minimum.accumulate([message["score"] for message in trials])
        # two trials at a time may end in another order than they are told in
        assert [message["bestScore"] for message in trials] == pytest.approx(list(best_so_far))
        assert [message["importance"] for message in told[:-1]] == [None] * (len(told) - 1)
        importance = last["importance"]
        if len(trials) >= 8:
            assert {item["parameter"] for item in importance} == set(families()[key].space)
            assert sum(item["importance"] for item in importance) == pytest.approx(1)
        else:
            assert importance is None


def test_importance_finds_the_parameter_that_matters() -> None:
    family = families()["decision_tree"]
    search = Search(family.space, "RANDOM", False, 3, 1)
    assert search.importance() is None
    for number in range(1, 41):
        asked = search.ask(number)
        assert asked is not None
        search.tell(number, abs(float(asked["max_depth"] or 0) - 7))
    importance = search.importance()
    assert importance is not None
    assert importance["max_depth"] > 0.8
    assert list(importance) == ["max_depth", "min_samples_leaf"]


def test_a_search_leaves_out_what_is_known() -> None:
    family = families()["knn"]
    small = {"knn": {"neighbours": {"low": 5, "high": 6}}}
    space = space_of(family, {"searchSpace": small})  # type: ignore[typeddict-item]
    search = Search(space, "TPE", False, 3, 1)
    search.tell_known({"neighbours": 5, "weights": "uniform"}, 1.0, [1.0, 1.0, 1.0])
    found: list[tuple[object, object]] = []
    while (asked := search.ask(1 + len(found))) is not None:
        search.tell(1 + len(found), 1.0)
        found.append((asked["neighbours"], asked["weights"]))
    assert sorted(found) == [(5, "distance"), (6, "distance"), (6, "uniform")]


def test_ties_are_within_one_standard_error_fold_by_fold() -> None:
    def state(*scores: float) -> TrialState:
        return TrialState(Trial("knn", 0, {}), dict(enumerate(scores)), score=float(np.mean(scores)))

    best = state(0.90, 0.80, 0.85, 0.95)
    assert is_tie(best, state(0.91, 0.78, 0.86, 0.94), 1), "once ahead, once behind"
    assert not is_tie(best, state(0.89, 0.79, 0.84, 0.94), 1), "behind in every fold by the same"
    assert not is_tie(best, TrialState(Trial("knn", 1, {}), {0: 0.9, 1: 0.8}), 1), "pruned"
    assert is_tie(state(0.2, 0.3), state(0.19, 0.33), -1)


def test_goes_on_where_it_ended(tmp_path: Path) -> None:
    first = train(tmp_path / "first", algorithms=["linear", "decision_tree", "ensemble"], tuning="RANDOM", maxTrials=6)
    left = left_by(tmp_path / "first", first)
    done = {record["algorithm"]: record for record in left}
    more = train(tmp_path / "more", algorithms=["decision_tree", "ensemble"], tuning="TPE", maxTrials=8, resume=left)
    assert more.status == 0, more.output
    assert not more.of("runFailed")
    assert not [message for message in more.of("log") if message["severity"] == "WARNING"]
    assert more.messages[0]["algorithms"] == ["decision_tree", "ensemble"]
    trials = more.of("trialFinished")
    assert {message["algorithm"] for message in trials} == {"decision_tree"}
    start = 1 + max(trial["number"] for trial in done["decision_tree"]["trials"])
    assert sorted(message["trial"] for message in trials) == list(range(start, start + 8))
    tuned = more.last("tuned")
    assert tuned["trials"] == len(done["decision_tree"]["trials"]) + 8
    assert tuned["baselineScore"] == done["decision_tree"]["trials"][0]["score"]
    assert tuned["importance"] is not None
    assert tuned["bestScore"] == min([done["decision_tree"]["score"], *(message["score"] for message in trials)])
    runs = more.runs()
    assert "linear" not in runs
    if tuned["bestScore"] < done["decision_tree"]["score"]:
        assert runs["decision_tree"]["score"] == tuned["bestScore"]
        if "ensemble" in runs:
            assert runs["ensemble"]["score"] < done["ensemble"]["score"]
    else:
        assert runs == {}
    now = [*left, *runs.values()]
    assert more.last("finished")["bestAlgorithm"] in {min(now, key=lambda run: run["score"])["algorithm"], "ensemble"}


def test_what_is_not_better_is_left_as_it_was(tmp_path: Path) -> None:
    first = train(tmp_path / "first", algorithms=["linear", "decision_tree", "ensemble"])
    left = left_by(tmp_path / "first", first)
    poor = {"decision_tree": {"max_depth": {"low": 1, "high": 1}}}
    more = train(
        tmp_path / "more",
        algorithms=["decision_tree", "ensemble"],
        tuning="RANDOM",
        maxTrials=2,
        searchSpace=poor,
        resume=left,
    )
    assert more.status == 0, more.output
    kinds = {message["type"] for message in more.messages}
    assert kinds <= {"started", "progress", "foldScored", "trialFinished", "tuned", "log", "finished"}
    tuned = more.last("tuned")
    assert (tuned["improvement"], tuned["bestTrial"]) == (0, 0)
    assert not list((tmp_path / "more" / "out").iterdir())
    assert more.last("finished")["bestAlgorithm"] == first.last("finished")["bestAlgorithm"]


def test_recorded_trials_of_other_folds_are_not_compared(tmp_path: Path) -> None:
    first = train(tmp_path / "first", tuning="RANDOM", maxTrials=4)
    left = left_by(tmp_path / "first", first)
    more = train(tmp_path / "more", tuning="RANDOM", maxTrials=2, resume=left, folds={"count": 3, "seed": 8})
    assert more.status == 0, more.output
    warnings = [message["message"] for message in more.of("log") if message["severity"] == "WARNING"]
    assert ["they have changed. It is fitted again." in text for text in warnings] == [True]
    again, *others = more.of("trialFinished")
    assert again["trial"] == 4
    assert again["parameters"] == first.of("trialFinished")[left[0]["best"]]["parameters"]
    assert [message["trial"] for message in others] == [5, 6]
    assert more.last("tuned")["trials"] == 3
    assert more.runs()["decision_tree"]["trial"] >= 4


@pytest.mark.parametrize("seconds", ["", "none", "-5", "inf", "30"])
def test_added_seconds_are_taken_while_it_runs(seconds: str, tmp_path: Path) -> None:
    (file := tmp_path / "in" / "extension").parent.mkdir()
    file.write_text(seconds)
    outcome = train(tmp_path, budgetSeconds=20)
    assert outcome.last("finished")["budgetSeconds"] == (50 if seconds == "30" else 20)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tuning": "NONE"}, "Without tuning each algorithm has one trial."),
        ({"tuning": "RANDOM", "maxTrials": 3}, "The limit of trials is reached."),
        (
            {"tuning": "GRID", "searchSpace": {"decision_tree": {"max_depth": {"low": 2, "high": 3}}}},
            "Every configuration of the search spaces that is worth a trial has been tried.",
        ),
    ],
)
def test_says_why_time_is_left(changes: Message, reason: str, tmp_path: Path) -> None:
    outcome = train(tmp_path, **changes)
    told = outcome.last("log")
    assert told["severity"] == "INFO"
    assert told["message"].endswith(f"s of the budget are not used. {reason}")


@pytest.mark.parametrize("task", [BINARY, "MULTICLASS_CLASSIFICATION", REGRESSION])
def test_boosting_tells_its_rounds_and_draws_what_it_learned(task: str, tmp_path: Path) -> None:
    classes = 3 if task.startswith("MULTI") else 2
    target, metric = ("c6", "rmse") if task == REGRESSION else ("c5", "log_loss")
    frame = table(800, classes=classes).drop(columns="c5" if task == REGRESSION else "c6")
    boosters = ["lightgbm", "xgboost", "catboost"]
    changes = {"budgetSeconds": AMPLE_SECONDS, "folds": {"count": 2, "seed": 7}}
    start = {key: {"rounds": 200} for key in boosters}
    spec = train_spec(frame, target, task, metric, algorithms=[*boosters, "linear"], startParameters=start, **changes)
    outcome = run_job(tmp_path, spec, {"data.parquet": frame})
    assert outcome.status == 0, outcome.output
    runs = outcome.runs()
    for key in boosters:
        (curve,) = [one for one in runs[key]["curves"] if one["kind"] == "LEARNING"]
        assert curve["label"] == ("RMSE" if task == REGRESSION else "log loss")
        assert curve["x"][0] == 1
        assert 2 <= len(curve["x"]) == len(curve["y"]) <= 200
        assert curve["y"][-1] < curve["y"][0]
        # of the loss that the run itself is scored by, on other rows
        assert 0.5 < min(curve["y"]) / runs[key]["score"] < 2
    assert "LEARNING" not in {curve["kind"] for curve in runs["linear"]["curves"]}
    told = [(at, m) for at, m in zip(outcome.arrivals, outcome.messages, strict=True) if m["type"] == "iterationScored"]
    assert told
    for key in boosters:
        own = [(at, message) for at, message in told if message["algorithm"] == key]
        assert all(message["iteration"] >= 1 and message["score"] > 0 for _, message in own)
        if own:
            assert len(own) <= 2 * (own[-1][0] - own[0][0]) + 3
