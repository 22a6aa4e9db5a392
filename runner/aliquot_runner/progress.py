"""How far a training is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import iteration
from .announcer import Announcer, latest, share_of_folds
from .clock import Clock
from .run_state import RunState, TrialState
from .training import Training


def tell_progress(
    training: Training,
    tell: Announcer,
    clock: Clock,
    runs: Mapping[str, RunState],
    fits: Sequence[tuple[TrialState, int]],
) -> None:
    """Tells of the share of the time, or without tuning of the folds, and of each boosting model under way."""
    if not fits:
        return
    share = clock.share()
    if training.spec["tuning"] == "NONE":
        share = max(share, share_of_folds(latest(runs.values()), training.fold_count))
    state, fold = fits[0]
    label = runs[state.trial.algorithm].family.label
    doing = "Fitting" if state.restore is None and fold not in state.kept else "Restoring"
    message = f"{doing} {label}, trial {state.trial.number + 1}, fold {fold + 1}"
    tell.progress(share, message, clock.began, clock.deadline)
    for state, fold in fits:
        heard = iteration.last(training.scratch, state.trial, fold)
        if heard is not None:
            tell.iteration_scored(state, fold, *heard)
