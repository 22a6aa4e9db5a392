"""Steps that look at the target, or choose among columns, by examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.registry import steps
from aliquot_runner.steps.base import Truth

from .applied_step import applied, learned_from, texts


def test_target_encoding() -> None:
    train = pd.DataFrame({"c0": texts(*["a"] * 40, *["b"] * 40, "once")})
    values = np.array([1.0] * 40 + [3.0] * 40 + [99.0])
    step = steps()["target_encoding"](["c0"], smoothing=10)
    step.fit(train, Truth(values, 0))
    mean = values.mean()
    rows = pd.DataFrame({"c0": texts("a", "b", "once", "new", None)})
    expected = [(40 + 10 * mean) / 50, (120 + 10 * mean) / 50, mean, mean, mean]
    assert step.transform(rows)["c0.target"].tolist() == pytest.approx(expected)


def test_target_encoding_of_classes() -> None:
    train = pd.DataFrame({"c0": texts(*["a"] * 30, *["b"] * 30)})
    classes = np.array([0] * 30 + [1] * 10 + [2] * 15 + [3] * 5)
    result = learned_from("target_encoding", train, Truth(classes, 4), maximum_classes=2, smoothing=0)
    assert list(result.columns) == ["c0", "c0.target_0", "c0.target_2"]
    assert result["c0.target_0"].tolist() == pytest.approx([1.0] * 30 + [0.0] * 30, abs=1e-6)
    two = learned_from("target_encoding", train, Truth(np.minimum(classes, 1), 2), keep=False, smoothing=0)
    assert list(two.columns) == ["c0.target"]
    assert two["c0.target"].tolist() == pytest.approx([0.0] * 30 + [1.0] * 30, abs=1e-6)


def test_a_training_row_gets_what_the_other_parts_tell() -> None:
    train = pd.DataFrame({"c0": texts(*["a"] * 100)})
    values = np.random.default_rng(0).normal(size=100)
    shown = learned_from("target_encoding", train, Truth(values, 0), smoothing=0, folds=4)["c0.target"]
    part = np.random.default_rng(0).permutation(100) % 4
    assert shown.tolist() == pytest.approx([values[part != own].mean() for own in part], abs=1e-6)


def numbers_and_target(seed: int) -> tuple[pd.DataFrame, Any]:
    frame = pd.DataFrame({f"c{place}": np.random.default_rng(seed + place).normal(size=800) for place in range(6)})
    return frame, np.random.default_rng(seed + 99).normal(scale=0.1, size=800)


def test_arithmetic() -> None:
    frame, noise = numbers_and_target(1)
    product = Truth(frame["c1"] * frame["c4"] + noise, 0)
    assert list(learned_from("arithmetic", frame, product, maximum_features=1).columns)[6:] == ["c1.times_c4"]
    difference = Truth(((frame["c0"] - frame["c5"] + noise) > 0).astype(int).to_numpy(), 2)
    chosen = learned_from("arithmetic", frame, difference, maximum_features=1)
    assert chosen["c0.minus_c5"].to_numpy() == pytest.approx((frame["c0"] - frame["c5"]).to_numpy(), abs=1e-5)
    pair = learned_from("arithmetic", frame[["c0", "c1"]], difference, operations=["sum", "sum"])
    assert list(pair.columns)[2:] == ["c0.plus_c1"]


def test_ratios() -> None:
    frame, noise = numbers_and_target(2)
    frame = frame.abs() + 0.1
    ratio = Truth((frame["c3"] / frame["c2"] + noise).to_numpy(), 0)
    chosen = list(learned_from("ratios", frame, ratio, maximum_features=1).columns)[6]
    assert chosen in ("c3.per_c2", "c2.per_c3")
    both = applied("ratios", pd.DataFrame({"c0": [1.0, 2.0], "c1": [0.0, 4.0]}))
    assert np.isnan(both["c0.per_c1"][0])
    assert both["c0.per_c1"][1] == 0.5
    assert both["c1.per_c0"].tolist() == [0.0, 2.0]


def test_category_interactions() -> None:
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {f"c{place}": np.array(["x", "y"], dtype=object)[random.integers(0, 2, 600)] for place in range(5)}
    )
    either = Truth(((frame["c1"] == "x") ^ (frame["c3"] == "x")).astype(int).to_numpy(), 2)
    chosen = learned_from("category_interactions", frame, either, maximum_features=1)
    assert list(chosen.columns)[5:] == ["c1.with_c3"]
    assert set(chosen["c1.with_c3"]) == {"x × x", "x × y", "y × x", "y × y"}
    rows = pd.DataFrame({"c0": texts("x", "x", None), "c1": texts("x", "new", "x")})
    assert applied("category_interactions", frame[["c0", "c1"]], rows)["c0.with_c1"].tolist() == [
        "x × x",
        "(other)",
        None,
    ]


def test_group_aggregates() -> None:
    train = pd.DataFrame({"c0": texts("a", "a", "b", "b", None), "c1": [1.0, 3.0, 10.0, np.nan, 6.0]})
    rows = pd.DataFrame({"c0": texts("a", "b", "new"), "c1": [5.0, 5.0, 5.0]})
    result = applied("group_aggregates", train, rows, statistics=["mean", "maximum"])
    assert result["c1.mean_by_c0"].tolist() == [2.0, 10.0, 5.0]
    assert result["c1.maximum_by_c0"].tolist() == [3.0, 10.0, 10.0]
    assert result["c1.above_mean_of_c0"].tolist() == [3.0, -5.0, 0.0]


def test_select_by_variance() -> None:
    train = pd.DataFrame(
        {
            "c0": [1.0] * 1000,
            "c1": [0.0] * 999 + [1.0],
            "c2": np.linspace(0, 1e-9, 1000),
            "c3": texts(*["a"] * 1000),
            "c4": texts(*["a"] * 500, *[None] * 500),
        }
    )
    assert list(applied("select_by_variance", train).columns) == ["c2", "c4"]
    assert list(applied("select_by_variance", train, minimum_variance=0).columns) == ["c1", "c2", "c4"]


def test_select_by_correlation() -> None:
    first = np.random.default_rng(4).normal(size=300)
    train = pd.DataFrame({"c0": first, "c1": np.exp(first), "c2": -first, "c3": first[::-1], "c0.made": first})
    assert list(applied("select_by_correlation", train).columns) == ["c0", "c3"]
    assert list(applied("select_by_correlation", train, method="pearson").columns) == ["c0", "c1", "c3"]


def test_select_by_mutual_information() -> None:
    frame, noise = numbers_and_target(5)
    frame["c6"] = np.where(frame["c1"] > 0, "high", "low")
    target = Truth((frame["c1"] ** 2 + noise).to_numpy(), 0)
    assert list(learned_from("select_by_mutual_information", frame, target).columns) == ["c1"]
    sign = Truth((frame["c1"] > 0).astype(int).to_numpy(), 2)
    assert list(learned_from("select_by_mutual_information", frame, sign).columns) == ["c1", "c6"]
    assert len(learned_from("select_by_mutual_information", frame, sign, maximum_features=1).columns) == 1


def test_select_by_model() -> None:
    frame, noise = numbers_and_target(6)
    for target in (
        Truth((frame["c1"] * 2 + frame["c2"] + noise).to_numpy(), 0),
        Truth((frame["c1"] * 2 + frame["c2"] + noise > 0).astype(int).to_numpy(), 2),
    ):
        assert {"c1", "c2"} <= set(learned_from("select_by_model", frame, target).columns) < set(frame.columns)
