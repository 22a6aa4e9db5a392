"""What steps make of numbers, dates and gaps, by examples."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.registry import steps
from aliquot_runner.steps.base import skewness

from .applied_step import applied, texts


def test_drop_columns() -> None:
    frame = pd.DataFrame({"c0": [1.0], "c1": [2.0]})
    step = steps()["drop_columns"](["c1", "c9"])
    assert list(step.transform(frame).columns) == ["c0"]


def test_missing_indicator() -> None:
    train = pd.DataFrame({"c0": [1.0, np.nan], "c1": [1.0, 2.0], "c2": [np.nan, np.nan]})
    result = applied("missing_indicator", train, pd.DataFrame({"c0": [np.nan], "c1": [np.nan], "c2": [1.0]}))
    assert list(result.columns) == ["c0", "c1", "c2", "c0.missing"]
    assert result["c0.missing"].tolist() == [1.0]


def test_datetime_parts() -> None:
    train = pd.DataFrame({"c0": pd.to_datetime(["2024-02-29 10:30", "2025-03-01 11:30"])})
    result = applied("datetime_parts", train, parts=["year", "month", "hour", "minute"])
    assert result["c0.year"].tolist() == [2024.0, 2025.0]
    assert result["c0.hour"].tolist() == [10.0, 11.0]
    assert "c0.minute" not in result


def test_datetime_differences() -> None:
    later = pd.to_datetime(["2024-01-02", "2024-01-02"])
    train = pd.DataFrame({"c0": pd.to_datetime(["2024-01-01", "NaT"]), "c1": later})
    hours = applied("datetime_differences", train)["c1.hours_since_c0"]
    assert hours[0] == 24
    assert np.isnan(hours[1])


def test_clip_outliers() -> None:
    train = pd.DataFrame({"c0": [*np.linspace(0, 1, 101), np.nan]})
    result = applied("clip_outliers", train, pd.DataFrame({"c0": [-9.0, 0.5, 9.0]}), share=0.1)
    assert result["c0"].tolist() == pytest.approx([0.1, 0.5, 0.9])


def test_log_transform() -> None:
    train = pd.DataFrame({"c0": [0.0] * 50 + [1000.0], "c1": np.linspace(-1, 1, 51)})
    result = applied("log_transform", train)
    assert result["c0"].iloc[-1] == pytest.approx(np.log(1001))
    assert result["c1"].tolist() == train["c1"].tolist()


def test_impute() -> None:
    train = pd.DataFrame({"c0": [1.0, 1.0, 4.0, np.nan], "c1": texts("b", "a", "b", None)})
    rows = pd.DataFrame({"c0": [np.nan], "c1": texts(None)})
    for strategy, number, text in (
        ("mean", 2.0, "b"),
        ("median", 1.0, "b"),
        ("mode", 1.0, "b"),
        ("constant", -1.0, "gone"),
    ):
        result = applied("impute", train, rows, strategy=strategy, number=-1, text="gone")
        assert result.iloc[0].tolist() == [number, text], strategy
    dates = pd.DataFrame({"c0": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-09", "NaT"])})
    assert applied("impute", dates)["c0"][3] == pd.Timestamp("2024-01-03")


def test_scale() -> None:
    train = pd.DataFrame({"c0": [0.0, 1.0, 2.0, 3.0, 100.0]})
    rows = pd.DataFrame({"c0": [2.0, 3.5, -5.0, 200.0]})
    assert applied("scale", train)["c0"].mean() == pytest.approx(0)
    assert applied("scale", train)["c0"].std(ddof=0) == pytest.approx(1)
    assert applied("scale", train, rows, method="robust")["c0"].tolist() == [0.0, 0.75, -3.5, 99.0]
    ranks = applied("scale", train, rows, method="quantile")["c0"].tolist()
    assert ranks == pytest.approx([0.5, 0.751, 0.0, 1.0], abs=1e-2)
    lognormal = pd.DataFrame({"c0": np.exp(np.random.default_rng(0).normal(size=2000))})
    power = applied("scale", lognormal, method="power")["c0"]
    assert skewness(power.to_numpy()) < 0.3
    assert power.std(ddof=0) == pytest.approx(1)


def test_cyclic_features() -> None:
    train = pd.DataFrame({"c0": pd.to_datetime(["2024-01-01 00:00", "2024-07-01 06:00"]), "c1": [0.0, 450.0]})
    result = applied("cyclic_features", train, parts=["hour"], period=360)
    assert list(result.columns) == [
        *["c0", "c1", "c0.hour_sine", "c0.hour_cosine", "c1.period_sine", "c1.period_cosine"]
    ]
    assert result.iloc[:, 2:].to_numpy().tolist() == [
        pytest.approx([0, 1, 0, 1], abs=1e-6),
        pytest.approx([1, 0, 1, 0], abs=1e-6),
    ]


def test_clip_outliers_by_quartiles() -> None:
    train = pd.DataFrame({"c0": [*np.arange(5.0), 1000.0, np.nan]})
    result = applied("clip_outliers", train, pd.DataFrame({"c0": [-100.0, 2.0, 100.0]}), method="quartiles", distance=2)
    assert result["c0"].tolist() == [1.25 - 5, 2.0, 3.75 + 5]


def test_yeo_johnson() -> None:
    random = np.random.default_rng(0)
    train = pd.DataFrame({"c0": np.exp(random.normal(size=1000)), "c1": random.normal(size=1000)})
    result = applied("yeo_johnson", train)
    assert skewness(result["c0"].to_numpy()) < 0.3
    assert result["c0"].rank().equals(train["c0"].rank())
    assert result["c1"].equals(train["c1"])


def test_bin_numbers() -> None:
    train = pd.DataFrame({"c0": [0.0, 1.0, 2.0, 100.0, np.nan]})
    rows = pd.DataFrame({"c0": [-5.0, 1.6, 99.0, np.nan]})
    assert applied("bin_numbers", train, rows, bins=2)["c0.bin"].fillna(-1).tolist() == [0, 1, 1, -1]
    uniform = applied("bin_numbers", train, rows, bins=2, method="uniform", keep=False)
    assert list(uniform.columns) == ["c0.bin"]
    assert uniform["c0.bin"].fillna(-1).tolist() == [0, 0, 1, -1]


def test_every_step_has_a_test() -> None:
    sources = [file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_steps_*.py")]
    assert set(re.findall(r"^def test_(\w+)", "\n".join(sources), re.MULTILINE)) >= set(steps())
