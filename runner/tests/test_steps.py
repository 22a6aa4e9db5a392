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


def learned_from(key: str, train: pd.DataFrame, target: Truth, **parameters: Any) -> pd.DataFrame:
    return steps()[key](list(train.columns), **parameters).fit_transform(train, target)


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype=object)


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


def test_repair_missing() -> None:
    train = pd.DataFrame({"c0": texts("a", " N/A ", "?", "-999", None), "c1": [1.0, -999.0, 0.0, 5.0, np.nan]})
    result = applied("repair_missing", train, numbers=[-999])
    assert result["c0"].tolist() == ["a", None, None, None, None]
    assert result["c1"].fillna(7).tolist() == [1.0, 7.0, 0.0, 5.0, 7.0]
    assert applied("repair_missing", train, texts=["a"])["c0"].tolist()[:2] == [None, " N/A "]


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
    dates = pd.DataFrame({"c0": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-09", None])})
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
    assert abs(power.skew()) < 0.3
    assert power.std(ddof=0) == pytest.approx(1)


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


def test_clip_outliers_by_quartiles() -> None:
    train = pd.DataFrame({"c0": [*np.arange(5.0), 1000.0, np.nan]})
    result = applied("clip_outliers", train, pd.DataFrame({"c0": [-100.0, 2.0, 100.0]}), method="quartiles", distance=2)
    assert result["c0"].tolist() == [1.25 - 5, 2.0, 3.75 + 5]


def test_yeo_johnson() -> None:
    random = np.random.default_rng(0)
    train = pd.DataFrame({"c0": np.exp(random.normal(size=1000)), "c1": random.normal(size=1000)})
    result = applied("yeo_johnson", train)
    assert abs(result["c0"].skew()) < 0.3
    assert result["c0"].rank().equals(train["c0"].rank())
    assert result["c1"].equals(train["c1"])


def test_bin_numbers() -> None:
    train = pd.DataFrame({"c0": [0.0, 1.0, 2.0, 100.0, np.nan]})
    rows = pd.DataFrame({"c0": [-5.0, 1.6, 99.0, np.nan]})
    assert applied("bin_numbers", train, rows, bins=2)["c0.bin"].fillna(-1).tolist() == [0, 1, 1, -1]
    uniform = applied("bin_numbers", train, rows, bins=2, method="uniform", keep=False)
    assert list(uniform.columns) == ["c0.bin"]
    assert uniform["c0.bin"].fillna(-1).tolist() == [0, 0, 1, -1]


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


def test_every_step_has_a_test() -> None:
    assert {name.removeprefix("test_") for name in globals() if name.startswith("test_")} > set(steps())
