"""Tables that are drawn by a seed, for what those of packages lack: many levels, gaps, dates, rare classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn import datasets

Values = npt.NDArray[Any]


def friedman() -> pd.DataFrame:
    values, target = datasets.make_friedman1(4_000, n_features=12, noise=2.0, random_state=3)
    return _named(values, target)


def hidden_classes() -> pd.DataFrame:
    values, target = datasets.make_classification(
        6_000, 24, n_informative=9, n_redundant=4, n_classes=6, n_clusters_per_class=2, flip_y=0.06, random_state=5
    )
    return _named(values, target)


def rare_class() -> pd.DataFrame:
    values, target = datasets.make_classification(
        9_000, 30, n_informative=7, weights=[0.96], flip_y=0.02, class_sep=0.8, random_state=8
    )
    return _named(values, target)


def counts() -> pd.DataFrame:
    """Levels with effects of their own, an interaction of two of them, and counts as the target."""
    generator = np.random.default_rng(11)
    rows = 12_000
    shop, item = generator.integers(0, 180, rows), generator.integers(0, 60, rows)
    effect_shop, effect_item = generator.normal(0, 0.6, 180), generator.normal(0, 0.5, 60)
    pair = generator.normal(0, 0.4, (9, 6))
    price = generator.gamma(2.0, 4.0, rows)
    rate = effect_shop[shop] + effect_item[item] + pair[shop % 9, item % 6] - 0.08 * price + 1.2
    return pd.DataFrame(
        {
            "shop": _levels("s", shop),
            "item": _levels("i", item),
            "price": price.round(2),
            "weekday": generator.integers(0, 7, rows),
            "target": generator.poisson(np.exp(np.clip(rate, -4, 4))),
        }
    )


def contracts() -> pd.DataFrame:
    """Few levels with interactions, a sum of two columns that nearly repeats a third, noise of a real choice."""
    generator = np.random.default_rng(21)
    rows = 6_000
    plan, pay, region = generator.integers(0, 3, rows), generator.integers(0, 4, rows), generator.integers(0, 25, rows)
    months = np.minimum(generator.geometric(0.03, rows), 72)
    monthly = 20 + 25 * plan + generator.gamma(2.0, 9.0, rows)
    extras = generator.random((rows, 5)) < 0.4
    total = monthly * months * generator.normal(1.0, 0.04, rows)
    rate = 0.9 - 0.7 * np.log(months) + 0.02 * monthly + (0.8 * (pay == 1) - 0.9 * plan) * (months < 30)
    rate += generator.normal(0, 0.3, 25)[region] - 0.3 * extras.sum(axis=1) + 0.5 * (extras[:, 0] & (pay == 1))
    frame = pd.DataFrame(
        {
            "plan": _levels("plan ", plan),
            "pay": _levels("by ", pay),
            "region": _levels("r", region),
            "months": months,
            "monthly": monthly.round(2),
            "total": np.where(generator.random(rows) < 0.01, np.nan, total.round(2)),
        }
    )
    for place in range(5):
        frame[f"extra{place}"] = np.where(extras[:, place], "yes", "no")
    return frame.assign(target=np.where(generator.random(rows) < 1 / (1 + np.exp(-rate)), "left", "stayed"))


def kinds() -> pd.DataFrame:
    """Twelve classes of unequal size that overlap; measures with gaps, a site with levels, a season."""
    generator = np.random.default_rng(22)
    rows = 5_000
    shares = 0.8 ** np.arange(12)
    kind = generator.choice(12, rows, p=shares / shares.sum())
    centre, spread = generator.normal(0, 1.3, (12, 4)), generator.uniform(0.25, 0.7, (12, 4))
    measures = np.exp(centre[kind] + spread[kind] * generator.standard_normal((rows, 4)))
    measures[generator.random((rows, 4)) < 0.08] = np.nan
    homes = generator.dirichlet(np.full(24, 0.5), 12)
    site = np.array([generator.choice(24, p=homes[one]) for one in kind])
    peak = generator.integers(0, 365, 12)
    days = (peak[kind] + generator.normal(0, 60, rows)).astype(int) % 365 + 365 * generator.integers(0, 8, rows)
    frame = pd.DataFrame(measures.round(2), columns=["length", "width", "weight", "depth"])
    frame["site"] = _levels("site ", site)
    frame["day"] = pd.Timestamp("2001-01-01") + pd.to_timedelta(days, unit="D")
    frame["sex"] = _with_gaps(generator, generator.choice(["F", "M"], rows), 0.1)
    return frame.assign(target=_levels("k", kind))


def journeys() -> pd.DataFrame:
    """A price by distance and time of day, with places of many levels and a few prices that follow no rule."""
    generator = np.random.default_rng(23)
    rows = 5_000
    places = generator.normal(0, 3, (150, 2))
    begin, end = generator.integers(0, 150, rows), generator.integers(0, 150, rows)
    distance = np.abs(places[begin] - places[end]).sum(axis=1) * generator.uniform(1.0, 1.3, rows) + 0.3
    minutes = generator.integers(0, 60 * 24 * 90, rows)
    hour = minutes // 60 % 24
    speed = np.where((hour > 6) & (hour < 20), 14, 24) * generator.lognormal(0, 0.2, rows)
    duration = distance / speed * 60
    price = 2.5 + 1.6 * distance + 0.35 * duration + 1.0 * (hour >= 20)
    price = np.where(generator.random(rows) < 0.02, 40.0, price)
    start = pd.Timestamp("2014-02-01") + pd.to_timedelta(minutes, unit="min")
    return pd.DataFrame(
        {
            "start": start,
            "stop": start + pd.to_timedelta((duration * 60).round(), unit="s"),
            "passengers": generator.integers(1, 6, rows),
            "distance": distance.round(2),
            "from": _levels("zone ", begin),
            "to": _levels("zone ", end),
            "paid": _with_gaps(generator, generator.choice(["card", "cash"], rows), 0.02),
            "target": (price * 2).round() / 2,
        }
    )


def growth() -> pd.DataFrame:
    """Measures that are nearly powers of each other, and a whole number that all of them tell a little of."""
    generator = np.random.default_rng(24)
    rows = 3_500
    age = generator.gamma(5.0, 2.0, rows) + 1
    size = 1 - np.exp(-0.2 * age) + generator.normal(0, 0.06, rows)
    length = np.clip(size, 0.05, None)
    noise = generator.lognormal(0, 0.08, (rows, 4))
    shell = 0.3 * length**2.8 * (1 + 0.03 * age)
    return pd.DataFrame(
        {
            "group": generator.choice(["a", "b", "c"], rows),
            "length": length.round(3),
            "height": (0.35 * length * noise[:, 0]).round(3),
            "weight": (0.9 * length**3 * noise[:, 1]).round(4),
            "inner": (0.4 * length**3 * noise[:, 2]).round(4),
            "shell": (shell * noise[:, 3]).round(4),
            "target": np.round(age).astype(int),
        }
    )


def small_smooth() -> pd.DataFrame:
    """600 rows of a smooth surface: what a kernel does well and trees do not."""
    generator = np.random.default_rng(25)
    values = generator.uniform(-2, 2, (600, 6))
    height = np.sin(values[:, 0] * 2) * values[:, 1] + 0.5 * values[:, 2] ** 2 + 0.3 * values[:, 3]
    return _named(values.round(4), height + generator.normal(0, 0.25, 600))


def small_noisy() -> pd.DataFrame:
    """700 rows whose classes hang on few of many columns, most of it by chance."""
    generator = np.random.default_rng(26)
    values = generator.standard_normal((700, 20))
    rate = 0.8 * values[:, 0] - 0.6 * values[:, 1] + 0.5 * values[:, 2] * values[:, 3]
    frame = _named(values.round(3), np.where(generator.random(700) < 1 / (1 + np.exp(-rate)), "b", "a"))
    return frame.assign(level=_levels("l", generator.integers(0, 9, 700)))


def small_clusters() -> pd.DataFrame:
    """500 rows of four classes in clusters."""
    values, target = datasets.make_classification(
        500, 8, n_informative=5, n_redundant=1, n_classes=4, n_clusters_per_class=2, class_sep=1.2, random_state=27
    )
    return _named(values.round(3), target)


def _with_gaps(generator: np.random.Generator, values: Values, share: float) -> pd.Series:
    return pd.Series(values, dtype=object).where(generator.random(len(values)) >= share, None)


def _levels(prefix: str, numbers: Values) -> list[str]:
    return [f"{prefix}{number}" for number in numbers]


def _named(values: Values, target: Values) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"x{number}" for number in range(values.shape[1])]).assign(target=target)
