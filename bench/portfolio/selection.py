"""Which way to choose the weights of an ensemble holds on other rows: `selection.py RESULTS [FIGURES]`.

Weights are chosen on some out-of-fold rows of a table and the mixture is scored on the others, many times over. Prints
the mean ratio of each way's loss to that of plain greedy selection with 25 picks, by the number of rows to choose by.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from results import Measured, Values, read

from aliquot_runner.ensemble import greedy_weights
from aliquot_runner.metrics.base import Truth
from aliquot_runner.registry import metrics

ROWS_TO_CHOOSE_BY = (150, 500, 1_500)
REPEATS = 6
LEAST_HELD = 150
TINY = np.finfo(np.float64).eps


@dataclass(frozen=True)
class Problem:
    """`parts`: (rows, members), probabilities of the true class, or errors."""

    parts: Values
    is_classification: bool

    def losses(self, mixed: Values) -> Values:
        """(rows, mixtures) losses of rows: negative logarithms, or squares."""
        return np.asarray(-np.log(np.clip(mixed, TINY, 1)) if self.is_classification else mixed**2)

    def loss(self, weights: Values) -> float:
        mean = float(self.losses(self.parts @ weights).mean())
        return mean if self.is_classification else mean**0.5

    def of(self, rows: Any = slice(None), members: Any = slice(None)) -> Problem:
        return Problem(self.parts[rows][:, members], self.is_classification)

    def ranked(self) -> list[int]:
        return [int(place) for place in np.argsort(self.losses(self.parts).mean(axis=0), kind="stable")]


Way = Callable[[Problem, np.random.Generator], Values]


def greedy(problem: Problem, picks: int, begin: int = 1, patience: bool = False) -> Values:
    """`begin`: the best so many are in from the start. `patience`: ends where a pick gains less than its error."""
    counts = np.zeros(problem.parts.shape[1])
    counts[problem.ranked()[:begin]] = 1
    former = problem.losses(problem.parts @ counts / begin)
    best, least = counts.copy(), float(former.mean())
    for pick in range(begin + 1, picks + 1):
        mixed = ((problem.parts @ counts)[:, None] + problem.parts) / pick
        losses = problem.losses(mixed)
        chosen = int(np.lexsort((counts == 0, losses.mean(axis=0).round(12)))[0])
        counts[chosen] += 1
        now = losses[:, chosen]
        if patience and (former - now).mean() < (former - now).std() / len(now) ** 0.5:
            break
        if now.mean() < least:
            best, least = counts.copy(), float(now.mean())
        former = now
    return np.asarray(best / best.sum())


def bagged_members(problem: Problem, generator: np.random.Generator) -> Values:
    count = problem.parts.shape[1]
    weights = np.zeros(count)
    for _ in range(20):
        chosen = generator.permutation(count)[: max(2, count // 2)]
        weights[chosen] += greedy(problem.of(members=chosen), 25)
    return np.asarray(weights / weights.sum())


def bagged_rows(bags: int, begin: int = 1) -> Way:
    def way(problem: Problem, generator: np.random.Generator) -> Values:
        rows = len(problem.parts)
        drawn = [generator.integers(0, rows, rows) for _ in range(bags)]
        return np.asarray(np.mean([greedy(problem.of(rows=one), 25, begin) for one in drawn], axis=0))

    return way


def uniform(count: int) -> Way:
    def way(problem: Problem, _: np.random.Generator) -> Values:
        weights = np.zeros(problem.parts.shape[1])
        best = problem.ranked()[:count]
        weights[best] = 1 / len(best)
        return weights

    return way


def tied(errors: float, most: int = 5) -> Way:
    """The best ones alike, without those that are behind the best by more than so many standard errors."""

    def way(problem: Problem, _: np.random.Generator) -> Values:
        losses = problem.losses(problem.parts)
        best = problem.ranked()[:most]
        behind = losses[:, best] - losses[:, best[:1]]
        kept = behind.mean(axis=0) <= errors * behind.std(axis=0) / len(losses) ** 0.5
        weights = np.zeros(problem.parts.shape[1])
        weights[np.array(best)[kept]] = 1 / kept.sum()
        return weights

    return way


def shrunk(way: Way, share: float, to: Way) -> Way:
    def towards(problem: Problem, generator: np.random.Generator) -> Values:
        return (1 - share) * way(problem, generator) + share * to(problem, generator)

    return towards


def shrunk_as(rows: int, to: Way) -> Way:
    """By as much as if `rows` more rows were known that speak for the other weights."""

    def towards(problem: Problem, generator: np.random.Generator) -> Values:
        return shrunk(plain(25), rows / (rows + len(problem.parts)), to)(problem, generator)

    return towards


def plain(picks: int, begin: int = 1, patience: bool = False) -> Way:
    return lambda problem, _: greedy(problem, picks, begin, patience)


def as_in_use(problem: Problem, _: np.random.Generator) -> Values:
    parts = problem.parts.T
    given = [np.column_stack([part, 1 - part]) if problem.is_classification else part for part in parts]
    truth: Truth = np.zeros(len(problem.parts), dtype=np.int64)
    metric = metrics()["log_loss" if problem.is_classification else "rmse"]
    return greedy_weights(metric, truth, given, 0, 0, float("inf"))


PLAIN = "greedy, 25 picks"
WAYS: dict[str, Way] = {
    PLAIN: plain(25),
    "greedy, 10 picks": plain(10),
    "greedy, 40 picks": plain(40),
    "begun with the best 5": plain(25, begin=5),
    "ended by a standard error": plain(25, patience=True),
    "20 bags of half the members": bagged_members,
    "10 bags of rows": bagged_rows(10),
    "a quarter shrunk to the best 5": shrunk(plain(25), 0.25, uniform(5)),
    "half shrunk to the best 5": shrunk(plain(25), 0.5, uniform(5)),
    "a quarter shrunk to those tied": shrunk(plain(25), 0.25, tied(1.0)),
    "half shrunk to those tied": shrunk(plain(25), 0.5, tied(1.0)),
    "half to those tied by 2": shrunk(plain(25), 0.5, tied(2.0)),
    "as by 250 rows to those tied": shrunk_as(250, tied(1.0)),
    "as by 500 rows to those tied": shrunk_as(500, tied(1.0)),
    "as by 1000 rows to those tied": shrunk_as(1_000, tied(1.0)),
    "as by 500 rows, tied by 1.5": shrunk_as(500, tied(1.5)),
    "as by 500 rows, tied by 2": shrunk_as(500, tied(2.0)),
    "as by 500 rows, 8 tied by 1": shrunk_as(500, tied(1.0, 8)),
    "as the runner does it": as_in_use,
    "those tied alike": tied(1.0),
    "the best 5 alike": uniform(5),
    "the best one": uniform(1),
}


def problem_of(table: Measured) -> Problem:
    columns = [part[:, 0] if part.ndim > 1 else part for part in table.parts.values()]
    return Problem(np.column_stack(columns), table.is_classification)


def compare(problem: Problem, rows: int) -> dict[str, float]:
    """Mean logarithm of the ratio of the losses on the rows that the weights were not chosen by."""
    sums = dict.fromkeys(WAYS, 0.0)
    for repeat in range(REPEATS):
        generator = np.random.default_rng(repeat)
        order = generator.permutation(len(problem.parts))
        known, unknown = problem.of(rows=order[:rows]), problem.of(rows=order[rows:])
        losses = {name: unknown.loss(way(known, np.random.default_rng(repeat))) for name, way in WAYS.items()}
        for name, loss in losses.items():
            sums[name] += float(np.log(loss / losses[PLAIN])) / REPEATS
    return sums


def main(results: Path, figures: Path | None) -> None:
    tables = [*read(results, True), *read(results, False)]
    found: dict[str, dict[str, Any]] = {}
    for rows in ROWS_TO_CHOOSE_BY:
        eligible = [table for table in tables if len(table.truth) >= rows + LEAST_HELD]
        compared = [compare(problem_of(table), rows) for table in eligible]
        print(
            f"{rows} rows to choose by, {len(eligible)} tables: mean % beside {PLAIN}, its error, better on, worse on"
        )
        found[str(rows)] = {}
        for name in WAYS:
            ratios = np.array([one[name] for one in compared]) * 100
            error = ratios.std(ddof=1) / len(ratios) ** 0.5
            better, worse = int(np.sum(ratios < -1e-9)), int(np.sum(ratios > 1e-9))
            means = [round(float(figure), 4) for figure in (ratios.mean(), error, np.median(ratios))]
            print(f"  {name:32s}", *(f"{figure:8.3f}" for figure in means), better, worse, flush=True)
            found[str(rows)][name] = [*means, better, worse]
    if figures is not None:
        figures.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
