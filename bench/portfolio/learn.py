"""Orders configurations by what they bring an ensemble for their cost: `learn.py RESULTS FIGURES [PORTFOLIO]`.

Prints and writes what the order is worth on tables that it was not learned on, leaving out one after the other; with a
third argument writes the order that is learned on all of them. PYTHONPATH: the runner.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
from configurations import Configuration, configurations
from results import Measured, measured_on_all, read

ROWS = 1_000
"""Of larger tables so many are drawn to learn by; what an order is worth is measured on all rows."""
OVERHEAD_SECONDS = 0.2
"""What a trial costs beside its fits."""
WORST = 3.0
LEAST_GAIN = 1e-4
LEAST_SCALE = 0.002
BUDGETS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Multiples of what the first configurations of all algorithms cost together."""
EXPONENTS = (0.5, 1.0)
"""Of the cost that a gain is divided by."""
RANDOM_ORDERS = 6

Order = tuple[str, ...]


@dataclass(frozen=True)
class Worth:
    """Mean error over the tables by budget: 0 is a mixture of everything, 1 a usual single model."""

    order: str
    errors: tuple[float, ...]


class Learner:
    """Tables of one kind of task and the configurations that all of them have."""

    def __init__(self, tables: Sequence[Measured]) -> None:
        self.tables = {table.name: table for table in tables}
        self.configurations = {one.name: one for one in measured_on_all(tables)}
        self.first = tuple(name for name in self.configurations if name.endswith("-0"))
        self.error = cache(self._error)
        self.scale = cache(self._scale)

    def _error(self, name: str, chosen: frozenset[str], all_rows: bool = False) -> float:
        """0: as good as a mixture of all; 1: as a usual single model. Weights come from the other half of the rows."""
        best, scale = self.scale(name)
        table = self.tables[name]
        if not chosen & table.parts.keys():
            return min(WORST, (table.constant - best) / scale)
        return min(WORST, (self._loss(table, chosen, all_rows) - best) / scale)

    def _loss(self, table: Measured, chosen: frozenset[str], all_rows: bool) -> float:
        order = np.random.default_rng(0).permutation(len(table.truth))[: None if all_rows else ROWS]
        halves = order[::2], order[1::2]
        parts = [table.parts[one] for one in sorted(chosen & table.parts.keys())]
        total = 0.0
        for learn, held in (halves, halves[::-1]):
            weights = table.weights([part[learn] for part in parts])
            mixed = sum(weight * part[held] for weight, part in zip(weights, parts, strict=True) if weight)
            loss = table.loss(np.asarray(mixed))
            total += loss if table.is_classification else loss**2
        return total / 2 if table.is_classification else float(np.sqrt(total / 2))

    def _scale(self, name: str) -> tuple[float, float]:
        table = self.tables[name]
        best = self._loss(table, frozenset(self.configurations), True)
        usual = median(table.loss(table.parts[one]) for one in self.first if one in table.parts)
        return best, max(usual - best, LEAST_SCALE * best)

    def cost(self, name: str, configuration: str) -> float:
        seconds = self.tables[name].seconds
        usual = sum(seconds[one] + OVERHEAD_SECONDS for one in self.first)
        return (seconds[configuration] + OVERHEAD_SECONDS) / usual

    def order(self, names: Sequence[str], exponent: float) -> Order:
        """The first configurations of all algorithms, as a training has them all, then what brings them more."""
        begun = self._extended(names, exponent, (), self.first, -np.inf)
        others = [one for one in self.configurations if one not in self.first]
        return self._extended(names, exponent, begun, others, LEAST_GAIN)

    def _extended(
        self, names: Sequence[str], exponent: float, begun: Order, among: Sequence[str], least: float
    ) -> Order:
        """The next one is that with the greatest gain for its cost. A gain seldom grows, so that few are looked at."""
        prices = {one: fmean(self.cost(name, one) for name in names) ** exponent for one in among}
        promised = dict.fromkeys(among, np.inf)
        chosen = list(begun)
        reached = self._mean(names, frozenset(chosen))
        while promised:
            known: dict[str, float] = {}
            while (likely := max(promised, key=lambda one: promised[one])) not in known:
                gain = known[likely] = reached - self._mean(names, frozenset([*chosen, likely]))
                promised[likely] = gain / prices[likely] if gain > 0 else gain * prices[likely]
            if known[likely] < least:
                break
            chosen.append(likely)
            reached -= known[likely]
            del promised[likely]
        return tuple(chosen)

    def _mean(self, names: Sequence[str], chosen: frozenset[str]) -> float:
        return fmean(self.error(name, chosen) for name in names)

    def curve(self, name: str, order: Order) -> list[float]:
        """The error of what of the order fits into each budget; a configuration that does not fit ends it."""
        errors = []
        for budget in BUDGETS:
            spent = np.cumsum([self.cost(name, one) for one in order])
            begun = order[: int(np.searchsorted(spent, budget + 1e-9, side="right"))]
            errors.append(self.error(name, frozenset(begun), True))
        return errors

    def worth(self, label: str, order_for: Callable[[str], Sequence[Order]]) -> Worth:
        """`order_for`: the orders, to be averaged, of a table that none of them knows."""
        curves = [np.mean([self.curve(name, order) for order in order_for(name)], axis=0) for name in self.tables]
        return Worth(label, tuple(round(float(error), 4) for error in np.mean(curves, axis=0)))

    def _left_out(self, exponent: float, name: str) -> list[Order]:
        return [self.order([other for other in self.tables if other != name], exponent)]

    def unmeasured(self) -> list[Configuration]:
        """What a measurement had not come to when it was ended; it stands behind the others."""
        known = {one for table in self.tables.values() for one in table.seconds}
        learned = {one.algorithm for one in self.configurations.values()}
        return [one for one in configurations() if one.name not in known and one.algorithm in learned]

    def worths(self) -> list[Worth]:
        generator = np.random.default_rng(0)
        everything = list(self.configurations)
        others = [name for name in everything if name not in self.first]
        shuffled: list[Order] = [
            (*map(str, generator.permutation(self.first)), *map(str, generator.permutation(others)))
            for _ in range(RANDOM_ORDERS)
        ]
        return [
            *(self.worth(f"learned, exponent {by}", partial(self._left_out, by)) for by in EXPONENTS),
            self.worth("defaults only", lambda _: [self.first]),
            self.worth("as listed", lambda _: [tuple(everything)]),
            self.worth("at random", lambda _: shuffled),
        ]


def best_exponent(worths: Sequence[Worth]) -> float:
    learned = worths[: len(EXPONENTS)]
    return EXPONENTS[int(np.argmin([fmean(worth.errors) for worth in learned]))]


def main(results: Path, figures: Path, portfolio: Path | None) -> None:
    summary: dict[str, Any] = {}
    orders: dict[bool, list[Configuration]] = {}
    for is_classification in (True, False):
        learner = Learner(read(results, is_classification))
        worths = learner.worths()
        exponent = best_exponent(worths)
        order = learner.order(list(learner.tables), exponent)
        orders[is_classification] = [learner.configurations[name] for name in order]
        orders[is_classification] += learner.unmeasured()
        kind = "classification" if is_classification else "regression"
        print(f"{kind}: {len(learner.tables)} tables, {len(learner.configurations)} configurations, budgets {BUDGETS}")
        for worth in worths:
            print(f"  {worth.order:24s}", *(f"{error:8.3f}" for error in worth.errors))
        print("  by", exponent, *order)
        summary[kind] = {
            "budgets": BUDGETS,
            "leftOut": [asdict(worth) for worth in worths],
            "exponent": exponent,
            "order": order,
            "tables": {table.name: described(table) for table in learner.tables.values()},
        }
    figures.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    if portfolio is not None:
        classification, regression = entries(orders[True]), entries(orders[False])
        tasks = {
            "BINARY_CLASSIFICATION": classification,
            "MULTICLASS_CLASSIFICATION": classification,
            "REGRESSION": regression,
        }
        portfolio.write_text(written(tasks), encoding="utf-8")


def described(table: Measured) -> dict[str, Any]:
    losses = {name: round(table.loss(part), 6) for name, part in table.parts.items()}
    return {
        "rows": len(table.truth),
        "constant": round(table.constant, 6),
        "measured": {name: [losses.get(name), seconds] for name, seconds in table.seconds.items()},
    }


def entries(order: Sequence[Configuration]) -> list[dict[str, Any]]:
    return [{"algorithm": one.algorithm, "parameters": one.parameters} for one in order]


def written(tasks: dict[str, list[dict[str, Any]]]) -> str:
    blocks = [
        f'  "{task}": [\n' + ",\n".join(f"    {json.dumps(entry)}" for entry in found) + "\n  ]"
        for task, found in tasks.items()
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
