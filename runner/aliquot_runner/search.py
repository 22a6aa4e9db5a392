"""Which configuration is tried next: thin calls into Optuna's samplers and pruners."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.trial import TrialState

from .families.base import Dimension, Family, Scalar
from .protocol import Tuning

GRID_POINTS = 3
MAXIMUM_GRID = 2_000
STARTUP_TRIALS = 6


class Search:
    """The study of one algorithm. Values handed in are fold or trial scores in the metric's own unit."""

    def __init__(self, family: Family, tuning: Tuning, greater_is_better: bool, folds: int, seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space = family.space
        self._sampler = _sampler(family, tuning, seed)
        self._study = optuna.create_study(
            direction="maximize" if greater_is_better else "minimize",
            sampler=self._sampler,
            pruner=_pruner(tuning, folds),
        )
        self._open: dict[int, Any] = {}

    def tell_default(self, parameters: Mapping[str, Scalar], score: float) -> None:
        """Tells the result of the configuration before tuning, where it lies inside the space."""
        chosen = {name: parameters[name] for name in self._space if name in parameters}
        distributions = {name: _distribution(self._space[name]) for name in chosen}
        if all(distributions[name]._contains(distributions[name].to_internal_repr(chosen[name])) for name in chosen):
            trial = optuna.trial.create_trial(params=chosen, distributions=distributions, value=score)
            self._study.add_trial(trial)

    def ask(self, number: int) -> dict[str, Scalar] | None:
        """Parameters of the trial with that number, or None when the grid is exhausted."""
        if isinstance(self._sampler, optuna.samplers.GridSampler) and self._sampler.is_exhausted(self._study):
            return None
        trial = self._study.ask({name: _distribution(dimension) for name, dimension in self._space.items()})
        self._open[number] = trial
        return dict(trial.params)

    def should_stop(self, number: int, folds: int, score: float) -> bool:
        """Tells the mean score after so many folds; True where the pruner would not go on."""
        trial = self._open[number]
        trial.report(score, folds)
        return bool(trial.should_prune())

    def tell(self, number: int, score: float | None) -> None:
        """Ends the trial: with its score, or with None where it was stopped or failed."""
        trial = self._open.pop(number, None)
        if trial is None:
            return
        if score is not None:
            with contextlib.suppress(RuntimeError):
                # The grid sampler wants to stop the study at its last point, which only `optimize` may.
                self._study.tell(trial, score)
        elif trial.storage.get_trial(trial._trial_id).intermediate_values:
            self._study.tell(trial, state=TrialState.PRUNED)
        else:
            self._study.tell(trial, state=TrialState.FAIL)


def _sampler(family: Family, tuning: Tuning, seed: int) -> Any:
    if tuning == "GRID":
        return optuna.samplers.GridSampler(grid(family.space), seed=seed)
    if tuning == "RANDOM":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS, multivariate=False)


def _pruner(tuning: Tuning, folds: int) -> Any:
    if tuning == "HYPERBAND":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=folds, reduction_factor=2)
    return optuna.pruners.NopPruner()


def _distribution(dimension: Dimension) -> Any:
    if dimension.kind == "CHOICE":
        return optuna.distributions.CategoricalDistribution(dimension.choices)
    if dimension.kind == "INTEGER":
        return optuna.distributions.IntDistribution(int(dimension.low), int(dimension.high), log=dimension.logarithmic)
    return optuna.distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.logarithmic)


def grid(space: Mapping[str, Dimension]) -> dict[str, list[Scalar]]:
    """Three points a dimension, two from the fourth on and one where the grid would pass 2,000 configurations."""
    points: dict[str, list[Scalar]] = {}
    size = 1
    for place, (name, dimension) in enumerate(space.items()):
        wanted = GRID_POINTS if place < 3 else GRID_POINTS - 1
        values = _points(dimension, wanted if size * wanted <= MAXIMUM_GRID else 1)
        points[name] = values
        size *= len(values)
    return points


def _points(dimension: Dimension, count: int) -> list[Scalar]:
    if dimension.kind == "CHOICE":
        return list(dimension.choices[: max(1, count)])
    shares = [(2 * number + 1) / (2 * count) for number in range(count)]
    if dimension.logarithmic:
        ratio = math.log(dimension.high / dimension.low)
        values = [dimension.low * math.exp(ratio * share) for share in shares]
    else:
        values = [dimension.low + (dimension.high - dimension.low) * share for share in shares]
    return [*sorted({round(value) for value in values})] if dimension.kind == "INTEGER" else [*values]
