"""How the order of the portfolio is learned from what was measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "portfolio"))

from configurations import Configuration
from learn import Learner, entries, written
from measure import digest_of
from results import Measured, read

ROWS = 400
TABLES = ("one", "two", "three")
NOISE = {"lightgbm-0": 1.0, "catboost-0": 1.1, "linear-0": 1.5, "lightgbm-1": 1.05}


def measured(folder: Path) -> list[Measured]:
    """LightGBM errs as its second configuration does; CatBoost errs elsewhere but takes long; linear errs much."""
    for place, name in enumerate(TABLES):
        generator = np.random.default_rng(place)
        truth = generator.normal(0, 10, ROWS)
        common = generator.normal(0, 1, ROWS)
        table = folder / name
        table.mkdir()
        np.save(table / "truth.npy", truth)
        for configuration, scale in NOISE.items():
            own = generator.normal(0, 0.1, ROWS)
            error = common + own if configuration.startswith("lightgbm") else generator.normal(0, 1, ROWS)
            np.save(table / f"{configuration}.npy", truth + scale * error)
            seconds = 8.0 if configuration == "catboost-0" else 0.5
            (table / f"{configuration}.json").write_text(
                json.dumps({"seconds": seconds, "score": 1.0}), encoding="utf-8"
            )
    return read(folder, False)


def test_orders_by_gain_for_cost_the_first_of_each_algorithm_in_front(tmp_path: Path) -> None:
    learner = Learner(measured(tmp_path))
    order = learner.order(TABLES, 1.0)
    assert order[:3] == ("lightgbm-0", "linear-0", "catboost-0")
    assert set(order[3:]) <= {"lightgbm-1"}
    curve = learner.curve("one", order)
    assert curve == sorted(curve, reverse=True)
    assert curve[-1] < learner.curve("one", ("linear-0",))[-1]
    assert "lightgbm-0" not in [one.name for one in learner.unmeasured()]

    document = json.loads(written({"REGRESSION": entries([learner.configurations[one] for one in order])}))
    assert document["REGRESSION"][:2] == [
        {"algorithm": "lightgbm", "parameters": {}},
        {"algorithm": "linear", "parameters": {}},
    ]


def test_measures_again_where_the_configuration_is_another() -> None:
    one, other = Configuration("x", "lightgbm"), Configuration("x", "lightgbm", {"num_leaves": 9})
    catboost = Configuration("x", "catboost")
    assert digest_of(one, "") == digest_of(Configuration("y", "lightgbm"), "")
    assert len({digest_of(one, ""), digest_of(one, "others"), digest_of(other, ""), digest_of(catboost, "")}) == 4
