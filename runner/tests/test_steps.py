from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.registry import steps
from aliquot_runner.steps.base import Truth

NO_TARGET = Truth(np.zeros(0), 0)
"""For steps that do not use it."""


def applied(key: str, train: pd.DataFrame, rows: pd.DataFrame | None = None, **parameters: Any) -> pd.DataFrame:
    step = steps()[key](list(train.columns), **parameters)
    before = train.copy(deep=True)
    step.fit(train, NO_TARGET)
    result = step.transform(train if rows is None else rows)
    pd.testing.assert_frame_equal(train, before)
    return result


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


def test_group_rare_categories() -> None:
    train = pd.DataFrame({"c0": ["a", "a", "b", None]})
    rows = pd.DataFrame({"c0": ["a", "b", "new", None]})
    result = applied("group_rare_categories", train, rows, minimum_count=2, other="rest")
    assert result["c0"].tolist()[:3] == ["a", "rest", "rest"]
    assert result["c0"].isna().tolist()[3]


def test_text_statistics() -> None:
    train = pd.DataFrame({"c0": ["Ab 12", "", None]})
    result = applied("text_statistics", train, keep=False)
    assert list(result.columns) == ["c0.characters", "c0.word_count", "c0.digit_share", "c0.capital_share"]
    assert result.iloc[0].tolist() == pytest.approx([5.0, 2.0, 0.4, 0.2])
    assert result.iloc[2].isna().all()


def test_frequency_encoding() -> None:
    train = pd.DataFrame({"c0": ["a", "a", "b", "a"]})
    result = applied("frequency_encoding", train, pd.DataFrame({"c0": ["a", "b", "new", None]}))
    assert result["c0.share"].tolist()[:3] == [0.75, 0.25, 0.0]
    assert np.isnan(result["c0.share"].tolist()[3])


def test_clip_outliers() -> None:
    train = pd.DataFrame({"c0": [*np.linspace(0, 1, 101), np.nan]})
    result = applied("clip_outliers", train, pd.DataFrame({"c0": [-9.0, 0.5, 9.0]}), share=0.1)
    assert result["c0"].tolist() == pytest.approx([0.1, 0.5, 0.9])


def test_log_transform() -> None:
    train = pd.DataFrame({"c0": [0.0] * 50 + [1000.0], "c1": np.linspace(-1, 1, 51)})
    result = applied("log_transform", train)
    assert result["c0"].iloc[-1] == pytest.approx(np.log(1001))
    assert result["c1"].tolist() == train["c1"].tolist()


def test_numeric_from_text() -> None:
    train = pd.DataFrame({"c0": ["$1,200.50", "12 kg", "none", None, "-3e2"]})
    assert applied("numeric_from_text", train)["c0"].fillna(-1).tolist() == [1200.5, 12.0, -1.0, -1.0, -300.0]
    comma = pd.DataFrame({"c0": ["1.200,50"]})
    assert applied("numeric_from_text", comma, decimal_comma=True)["c0"].tolist() == [1200.5]
