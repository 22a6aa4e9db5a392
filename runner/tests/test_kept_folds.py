"""What a lost worker had scored is not fitted again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from .test_tuning import left_by
from .workbench import QUICKER, Message, Outcome, run_job, table, train_spec

TRIALS = 6
ALGORITHMS = ["decision_tree", "lightgbm", "linear"]


def folds_of(outcome: Outcome) -> list[tuple[str, int, int]]:
    return [(message["algorithm"], message["trial"], message["fold"]) for message in outcome.of("foldScored")]


def test_goes_on_at_the_fold(tmp_path: Path) -> None:
    frame = table(600).drop(columns="c6")
    spec = train_spec(
        frame,
        "c5",
        "BINARY_CLASSIFICATION",
        "roc_auc",
        algorithms=ALGORITHMS,
        threads=1,
        maxTrials=6,
        tuning="RANDOM",
        startParameters=QUICKER,
        keepFolds=True,
    )
    store = tmp_path / "kept"
    store.mkdir()
    scored: list[Message] = []

    def lost(message: Message) -> bool:
        """After the second fold of the fourth trial; each file is fetched when it is told, as the server does."""
        if message["type"] == "foldScored" and len(scored) < 11:
            scored.append(message)
            name = message["file"]["name"]
            shutil.copy(tmp_path / "first" / "out" / name, store / name)
        return len(scored) == 11

    (tmp_path / "first" / "out").mkdir(parents=True)
    first = run_job(tmp_path / "first", spec, {"data.parquet": frame}, cancel_after=lost)
    told = {(message["algorithm"], message["trial"]) for message in first.of("trialFinished")}
    kept = [
        {"file": f"in/{message['file']['name']}", "told": (message["algorithm"], message["trial"]) in told}
        for message in scored
    ]
    inputs: dict[str, pd.DataFrame | Path] = {"data.parquet": frame, **{file.name: file for file in store.iterdir()}}
    second = run_job(tmp_path / "second", spec | {"keptFolds": kept}, inputs)
    assert second.status == 0, second.output
    before = {(message["algorithm"], message["trial"], message["fold"]) for message in scored}
    assert len(before) == 11
    assert before.isdisjoint(folds_of(second))
    assert len(folds_of(second)) == 6 * 3 - 11
    finished = [(message["algorithm"], message["trial"]) for message in second.of("trialFinished")]
    assert told.isdisjoint(finished)
    assert len({*told, *finished}) == 6
    started = [message["algorithm"] for message in second.of("runStarted")]
    assert set(started).isdisjoint(message["algorithm"] for message in scored)
    assert {*second.runs()} == {*ALGORITHMS}
    assert not list((tmp_path / "second" / "out").glob("*fold-*"))


def test_a_fold_of_other_data_is_fitted_again(tmp_path: Path) -> None:
    frame = table(300).drop(columns="c6")
    spec = train_spec(frame, "c5", "BINARY_CLASSIFICATION", "roc_auc", threads=1, keepFolds=True)
    file = tmp_path / "fold-decision_tree-0-0.zip"

    def fetched(message: Message) -> bool:
        if message["type"] == "foldScored":
            shutil.copy(tmp_path / "first" / "out" / file.name, file)
        return file.exists()

    (tmp_path / "first" / "out").mkdir(parents=True)
    many = {"tuning": "RANDOM", "maxTrials": 1_000}
    run_job(tmp_path / "first", spec | many, {"data.parquet": frame}, cancel_after=fetched)
    other = table(300, seed=1).drop(columns="c6")
    kept = [{"file": f"in/{file.name}", "told": False}]
    outcome = run_job(tmp_path / "second", spec | {"keptFolds": kept}, {"data.parquet": other, file.name: file})
    assert outcome.status == 0, outcome.output
    assert folds_of(outcome) == [("decision_tree", 0, 0), ("decision_tree", 0, 1), ("decision_tree", 0, 2)]


def test_an_ensemble_has_the_same_members_after_a_worker_was_lost(tmp_path: Path) -> None:
    """Lost before it blended: the best trial of each run is in its archive, others in what was kept of their folds."""
    frame = table(300).drop(columns="c5")
    algorithms = ["decision_tree", "linear", "ensemble"]
    spec = train_spec(frame, "c6", "REGRESSION", "rmse", algorithms=algorithms, threads=1, seed=5)
    spec |= {"maxTrials": TRIALS, "tuning": "RANDOM", "keepFolds": True}
    first = run_job(tmp_path / "first", spec, {"data.parquet": frame})
    store = tmp_path / "kept"
    store.mkdir()
    told: list[Message] = []

    def lost(message: Message) -> bool:
        """With so many trials the same ones; it would begin more, so that there is the time to fetch their files."""
        if message["type"] == "foldScored" and len(told) < TRIALS:
            shutil.copy(tmp_path / "lost" / "out" / message["file"]["name"], store)
        if message["type"] == "trialFinished":
            told.append(message)
        return len(told) == TRIALS

    (tmp_path / "lost" / "out").mkdir(parents=True)
    run_job(tmp_path / "lost", spec | {"maxTrials": 1_000}, {"data.parquet": frame}, cancel_after=lost)
    for one, other in zip(first.of("trialFinished"), told[:TRIALS], strict=True):
        assert (one["algorithm"], one["trial"], one["score"]) == (other["algorithm"], other["trial"], other["score"])
    records = [record for record in left_by(tmp_path / "first", first) if record["algorithm"] != "ensemble"]
    kept = [{"file": f"in/{file.name}", "told": True} for file in sorted(store.iterdir())]
    assert len(kept) == TRIALS * 3
    inputs: dict[str, pd.DataFrame | Path] = {"data.parquet": frame, **{file.name: file for file in store.iterdir()}}
    inputs |= {f"{record['algorithm']}.zip": record.pop("archive") for record in records}
    rest = spec | {"maxTrials": 1, "tuning": "NONE", "resume": records}

    def after(name: str, **changes: object) -> Message:
        outcome = run_job(tmp_path / name, rest | changes, inputs)
        assert outcome.status == 0, outcome.output
        assert {*outcome.runs()} == {"ensemble"}
        assert not outcome.of("foldScored")
        assert not outcome.of("trialFinished")
        return outcome.runs()["ensemble"]

    expected, whole, bare = first.runs()["ensemble"], after("whole", keptFolds=kept), after("bare")
    assert len(expected["proof"]["trials"]) > 2, "of some run more than one trial is blended"
    for name in ("score", "foldScores", "members", "metrics"):
        assert whole[name] == expected[name]
    assert whole["proof"] == expected["proof"]
    assert len(bare["proof"]["trials"]) <= 2, "archives alone have one of each"
