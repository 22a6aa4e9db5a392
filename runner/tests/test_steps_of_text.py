"""What steps make of text and categories, by examples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aliquot_runner.registry import steps

from .applied_step import NO_TARGET, applied, texts


def test_frequency_encoding() -> None:
    train = pd.DataFrame({"c0": ["a", "a", "b", "a"]})
    result = applied("frequency_encoding", train, pd.DataFrame({"c0": ["a", "b", "new", None]}))
    assert result["c0.share"].tolist()[:3] == [0.75, 0.25, 0.0]
    assert np.isnan(result["c0.share"].tolist()[3])


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


def test_text_svd() -> None:
    random = np.random.default_rng(0)
    topics = [["invoice", "payment", "late"], ["puppy", "kitten", "cute"]]
    train = pd.DataFrame({"c0": texts(*(" ".join(random.choice(topics[place % 2], 5)) for place in range(200)))})
    step = steps()["text_svd"](["c0"], components=2, keep=False)
    step.fit(train, NO_TARGET)
    rows = pd.DataFrame({"c0": texts("Invoice, LATE payment!", "payment late", "cute kitten", "unheard of", None)})
    places = step.transform(rows).to_numpy(np.float64)
    alike = places @ places.T
    assert alike[0, 1] > 0.5
    assert abs(alike[0, 2]) < 0.1
    assert places[3].tolist() == [0.0, 0.0]
    assert np.isnan(places[4]).all()


def test_one_hot_encoding() -> None:
    train = pd.DataFrame({"c0": texts("a", "b", "b", "c", "c", "c", None)})
    result = applied("one_hot_encoding", train, pd.DataFrame({"c0": texts("c", "a", "new", None)}), maximum_levels=2)
    assert list(result.columns) == ["c0.is_c", "c0.is_b"]
    assert result.to_numpy().tolist() == [[1, 0], [0, 0], [0, 0], [0, 0]]


def test_ordinal_encoding() -> None:
    train = pd.DataFrame({"c0": texts("10", "9", "9", "low", None)})
    rows = pd.DataFrame({"c0": texts("9", "10", "low", "new")})
    for parameters, expected in (
        ({}, [0, 1, 2, -1]),
        ({"order": "frequency"}, [0, 1, 2, -1]),
        ({"levels": ["low", "9", "10"]}, [1, 2, 0, -1]),
    ):
        assert applied("ordinal_encoding", train, rows, **parameters)["c0"].fillna(-1).tolist() == expected


def test_cast_type() -> None:
    train = pd.DataFrame({"c0": texts("1.5", "unknown", None, " 2 ")})
    assert applied("cast_type", train)["c0"].fillna(-1).tolist() == [1.5, -1.0, -1.0, 2.0]
    numbers = pd.DataFrame({"c0": [3.0, 2.5, np.nan]})
    assert applied("cast_type", numbers, to="category")["c0"].tolist() == ["3", "2.5", None]
    days = pd.DataFrame({"c0": texts("31/01/2024", "01/02/2024", "soon")})
    dates = applied("cast_type", days, to="datetime")["c0"]
    assert dates[:2].tolist() == [pd.Timestamp(2024, 1, 31), pd.Timestamp(2024, 2, 1)]
    assert pd.isna(dates[2])
    assert steps()["cast_type"](["c0"], to="datetime").types() == {"c0": "datetime"}


def test_a_date_is_read_as_in_the_training_rows() -> None:
    train = pd.DataFrame({"c0": texts("31/01/2024", "01/02/2024")})
    rows = pd.DataFrame({"c0": texts("03/04/2024")})
    assert applied("cast_type", train, rows, to="datetime")["c0"].tolist() == [pd.Timestamp(2024, 4, 3)]
    american = applied("cast_type", train, rows, to="datetime", date_format="%m/%d/%Y")["c0"]
    assert american.tolist() == [pd.Timestamp(2024, 3, 4)]


def test_numeric_from_text() -> None:
    train = pd.DataFrame({"c0": ["$1,200.50", "12 kg", "none", None, "-3e2"]})
    assert applied("numeric_from_text", train)["c0"].fillna(-1).tolist() == [1200.5, 12.0, -1.0, -1.0, -300.0]
    comma = pd.DataFrame({"c0": ["1.200,50"]})
    assert applied("numeric_from_text", comma, decimal_comma=True)["c0"].tolist() == [1200.5]


def test_repair_missing() -> None:
    train = pd.DataFrame({"c0": texts("a", " N/A ", "?", "-999", None), "c1": [1.0, -999.0, 0.0, 5.0, np.nan]})
    result = applied("repair_missing", train, numbers=[-999])
    assert result["c0"].tolist() == ["a", None, None, None, None]
    assert result["c1"].fillna(7).tolist() == [1.0, 7.0, 0.0, 5.0, 7.0]
    assert applied("repair_missing", train, texts=["a"])["c0"].tolist()[:2] == [None, " N/A "]
