"""Which configuration is tried next: thin calls into Optuna's samplers and pruners."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.trial import TrialState

from .families.base import Dimension, Scalar
from .protocol import Tuning

GRID_POINTS = 3
MAXIMUM_GRID = 2_000
STARTUP_TRIALS = 6
LEAST_TRIALS_FOR_IMPORTANCE = 8
MOST_REPEATS = 50
"""A sampler that proposes so many known configurations in a row has nothing new."""


class Search:
    """The study of one algorithm. Values handed in are fold or trial scores in the metric's own unit."""

    def __init__(
        self, space: Mapping[str, Dimension], tuning: Tuning, greater_is_better: bool, folds: int, seed: int
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space = space
        self._sampler = _sampler(space, tuning, seed)
        self._study = optuna.create_study(
            # Hyperband draws brackets by it; without one it would be another one each time.
            study_name=f"seed {seed}",
            direction="maximize" if greater_is_better else "minimize",
            sampler=self._sampler,
            pruner=_pruner(tuning, folds),
        )
        self._open: dict[int, Any] = {}
        self._known: dict[str, float | None] = {}

    def tell_known(self, parameters: Mapping[str, Scalar], score: float | None, fold_scores: Sequence[float]) -> None:
        """Tells of a trial that was not asked for here, where it lies inside the space. `score`: None if pruned."""
        chosen = {name: parameters[name] for name in self._space if name in parameters}
        distributions = {name: _distribution(self._space[name]) for name in chosen}
        if not all(_holds(distributions[name], chosen[name]) for name in chosen):
            return
        means = {count: sum(fold_scores[:count]) / count for count in range(1, len(fold_scores) + 1)}
        trial = optuna.trial.create_trial(
            state=TrialState.PRUNED if score is None else TrialState.COMPLETE,
            value=score,
            params=chosen,
            distributions=distributions,
            intermediate_values=means,
        )
        self._study.add_trial(trial)
        self._known[_name(chosen)] = score

    def ask(self, number: int) -> dict[str, Scalar] | None:
        """Parameters of the trial with that number, or None when there is nothing new to try."""
        for _ in range(MOST_REPEATS):
            if isinstance(self._sampler, optuna.samplers.GridSampler) and self._sampler.is_exhausted(self._study):
                return None
            trial = self._study.ask({name: _distribution(dimension) for name, dimension in self._space.items()})
            self._open[number] = trial
            asked = dict(trial.params)
            if _name(asked) not in self._known:
                self._known[_name(asked)] = None
                return asked
            self.tell(number, self._known[_name(asked)])
        return None

    def should_stop(self, number: int, folds: int, score: float) -> bool:
        """Tells the mean score after so many folds; True where the pruner would not go on."""
        trial = self._open.get(number)
        if trial is None:
            return False
        trial.report(score, folds)
        return bool(trial.should_prune())

    def tell(self, number: int, score: float | None) -> None:
        """Ends the trial: with its score, or with None where it was stopped or failed."""
        trial = self._open.pop(number, None)
        if trial is None:
            return
        self._known[_name(trial.params)] = score
        is_pruned = score is None and trial.storage.get_trial(trial._trial_id).intermediate_values
        state = TrialState.COMPLETE if score is not None else TrialState.PRUNED if is_pruned else TrialState.FAIL
        with contextlib.suppress(RuntimeError):
            # The grid sampler wants to stop the study at its last point, which only `optimize` may.
            self._study.tell(trial, score, state)

    def importance(self) -> dict[str, float] | None:
        """Shares of 1 by PED-ANOVA, largest first; None of fewer than 8 finished trials, or equal ones."""
        complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < LEAST_TRIALS_FOR_IMPORTANCE or len({trial.value for trial in complete}) == 1:
            return None
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        try:
            shares = optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        except (RuntimeError, ValueError):
            # No dimension varies.
            return None
        if not shares or not all(math.isfinite(share) for share in shares.values()):
            return None
        return {name: min(1.0, max(0.0, float(share))) for name, share in shares.items()}


def _name(parameters: Mapping[str, Scalar]) -> str:
    """Equal for equal configurations, whether a whole number came as 1 or as 1.0."""
    plain = {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in parameters.items()
    }
    return json.dumps(plain, sort_keys=True)


def _holds(distribution: Any, value: Scalar) -> bool:
    try:
        return bool(distribution._contains(distribution.to_internal_repr(value)))
    except (TypeError, ValueError):
        return False


def _sampler(space: Mapping[str, Dimension], tuning: Tuning, seed: int) -> Any:
    if tuning == "GRID":
        return optuna.samplers.GridSampler(grid(space), seed=seed)
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
    if dimension.kind == "INTEGER":
        return [*sorted({round(value) for value in values})]
    return [*sorted({min(dimension.high, max(dimension.low, value)) for value in values})]
