"""No table that the portfolio is learned on holds what another one does, whatever its columns are called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "portfolio"))

from strangers import Content, shared


def people(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": generator.integers(18, 90, 2_000),
            "weight": generator.normal(70, 9, 2_000).round(1),
            "pulse": generator.integers(40, 180, 2_000),
            "income": generator.gamma(2.0, 900.0, 2_000).round(0),
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(generator.integers(0, 20_000, 2_000), unit="D"),
        }
    )


@pytest.mark.parametrize(
    "disguise",
    [
        lambda frame: frame.rename(columns={"age": "x", "weight": "y", "pulse": "z", "income": "u", "born": "v"}),
        lambda frame: frame.sample(frac=0.4, random_state=1)[["pulse", "income", "weight"]],
        lambda frame: frame.astype(str).sample(frac=1, random_state=1)[["born"]],
        lambda frame: pd.concat([frame.iloc[:1_200], people(9).iloc[:300]])[["income", "weight"]].set_axis(
            ["a", "b"], axis=1
        ),
    ],
    ids=["other names", "fewer rows and columns", "as texts", "among other rows"],
)
def test_finds_a_table_in_disguise(disguise: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    assert shared(Content(people(1)), Content(disguise(people(1))))


def test_lets_tables_pass_that_only_look_alike() -> None:
    assert shared(Content(people(1)), Content(people(2))) == []
