"""What tuning has brought to one algorithm."""

from __future__ import annotations

import numpy as np

from .metrics.base import Metric
from .protocol import Tuned, Tuning
from .run_state import RunState, TrialState
from .ties import is_ahead


def summary(run: RunState, metric: Metric, strategy: Tuning, is_over: bool) -> Tuned | None:
    """None before the first complete trial. `is_over`: nothing follows, so that it is time for the importance."""
    best = run.best
    if best is None or best.score is None:
        return None
    baseline = run.baseline_score
    sign = 1 if metric.greater_is_better else -1
    importance = run.search.importance() if is_over and run.search is not None else None
    return {
        "type": "tuned",
        "algorithm": run.key,
        "strategy": strategy,
        "trials": run.finished_trials,
        "baselineScore": baseline,
        "bestTrial": best.trial.number,
        "bestScore": best.score,
        "improvement": None if baseline is None else sign * (best.score - baseline),
        "importance": None
        if importance is None
        else [{"parameter": name, "importance": share} for name, share in importance.items()],
        "ties": [state.trial.number for state in run.trials if state is not best and is_tie(best, state, sign)],
    }


def is_tie(best: TrialState, other: TrialState, sign: int) -> bool:
    """Fold by fold, the best is ahead by no more than one standard error of the mean difference."""
    if other.score is None or best.scores.keys() != other.scores.keys():
        return False
    ahead = sign * np.array([best.scores[fold] - other.scores[fold] for fold in best.scores])
    if len(ahead) < 2:
        return False
    return not is_ahead(ahead, 1.0)
