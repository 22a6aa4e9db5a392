"""Owns the clock of a training: decides what runs, tells what happened, ends everything in time."""

from __future__ import annotations

import functools
import json
import shutil
import time
from collections import deque
from collections.abc import Sequence
from typing import Literal

from .announcer import Announcer, latest, share_of_folds
from .archive import publish
from .cancel import Cancellation
from .channel import Channel
from .clock import Clock
from .errors import RunnerError
from .execution.local import Ended, LocalPool
from .fold_fit import fit_fold
from .protocol import FailureCode, RunFinished
from .report import ENSEMBLE, report_ensemble, report_run
from .run_state import RunState, TrialState
from .training import Training, out_of_fold
from .tuner import Tuner

StopReason = Literal["DONE", "BUDGET", "CANCELED"]

LOOP_SECONDS = 0.5


class Coordinator:
    """Numpy only: it forks."""

    def __init__(
        self,
        training: Training,
        first_trials: Sequence[tuple[RunState, TrialState]],
        with_ensemble: bool,
        slots: int,
        channel: Channel,
        cancel: Cancellation,
        began: float,
    ) -> None:
        self._training = training
        self._runs = {run.key: run for run, _ in first_trials}
        self._with_ensemble = with_ensemble
        self._slots = slots
        self._tell = Announcer(channel, training.metric)
        self._cancel = cancel
        cells = len(training.target.values) * max(1, training.classes)
        self._clock = Clock(began, training.spec["budgetSeconds"], cells)
        self._pool = LocalPool(training.spec["memoryBytes"], cancel.wake)
        self._tuner = Tuner(training)
        self._queue: deque[tuple[TrialState, int]] = deque()
        self._fits: dict[str, tuple[TrialState, int]] = {}
        self._trials_left = (training.spec["maxTrials"] or 1_000_000) - len(self._runs)
        for run, state in first_trials:
            run.trials.append(state)
            self._enqueue(state)

    def run(self) -> tuple[StopReason, str]:
        """Why it stopped and the best algorithm. Raises RunnerError where there is no model."""
        try:
            reason = self._fit_until_done()
            self._close(reason)
        finally:
            self._pool.kill_all()
        for run in self._runs.values():
            if run.reported is None and not run.failed:
                self._tell.run_failed(run.key, *_not_finished(reason, run))
        if self._tell.best is None:
            raise RunnerError(*_no_model(reason))
        return reason, self._tell.best["algorithm"]

    def _fit_until_done(self) -> StopReason:
        while not self._cancel.requested:
            if self._clock.is_up():
                return "BUDGET"
            self._fill_slots()
            if not self._pool.running():
                return "BUDGET" if self._tuner.out_of_time else "DONE"
            self._tell_progress()
            for ended in self._pool.wait(min(self._clock.soft_deadline, time.monotonic() + LOOP_SECONDS)):
                self._handle(ended)
        return "CANCELED"

    def _close(self, reason: StopReason) -> None:
        for name in list(self._fits):
            self._pool.kill(name)
        self._fits.clear()
        until = self._clock.closing(reason == "CANCELED")
        complete = [run.best for run in self._runs.values() if run.best is not None]
        self._report_partial()
        if self._with_ensemble:
            self._start_ensemble(reason, complete, until)
        while self._pool.running() and time.monotonic() < until:
            for ended in self._pool.wait(until):
                self._handle(ended)
            if self._cancel.requested and reason != "CANCELED":
                until = min(until, self._clock.closing(canceled=True))
        if ENSEMBLE in self._pool.running():
            self._tell.run_failed(ENSEMBLE, "BUDGET_EXHAUSTED", "The time was up before the ensemble was complete.")

    def _start_ensemble(self, reason: StopReason, complete: list[TrialState], until: float) -> None:
        if reason == "CANCELED":
            self._tell.run_failed(ENSEMBLE, "CANCELED", "The training was cancelled.")
            return
        if len(complete) < 2:
            self._tell.run_failed(ENSEMBLE, "FIT_FAILED", "An ensemble needs two finished algorithms.")
            return
        self._tell.run_started(ENSEMBLE, "Ensemble")
        stop_at = time.monotonic() + (until - time.monotonic()) * 0.4
        trials = [state.trial for state in complete]
        work = functools.partial(report_ensemble, self._training, trials, stop_at)
        self._pool.start(ENSEMBLE, self._training.scratch / ENSEMBLE, work)

    def _enqueue(self, state: TrialState) -> None:
        self._queue.extend((state, fold) for fold in range(self._training.fold_count))

    def _fill_slots(self) -> None:
        while len(self._fits) < self._slots:
            if not self._queue:
                if self._trials_left <= 0:
                    return
                new = self._tuner.next_trial(self._runs, self._clock.left(), self._slots)
                if new is None:
                    return
                self._trials_left -= 1
                self._enqueue(new)
            state, fold = self._queue.popleft()
            if not state.dropped:
                self._start_fit(state, fold)

    def _start_fit(self, state: TrialState, fold: int) -> None:
        trial = state.trial
        if trial.number == 0 and fold == 0:
            self._tell.run_started(trial.algorithm, self._runs[trial.algorithm].family.label)
        effort = self._runs[trial.algorithm].family.effort
        name = f"fit {trial.algorithm} {trial.number} {fold}"
        self._fits[name] = (state, fold)
        work = functools.partial(fit_fold, self._training, trial, fold, self._stop_at(effort))
        self._pool.start(name, trial.folder(self._training, fold), work)

    def _stop_at(self, effort: float) -> float:
        if any(run.best is None and not run.failed for run in self._runs.values()):
            waiting = sum(self._runs[state.trial.algorithm].family.effort for state, _ in self._queue)
            others_follow = self._training.spec["tuning"] != "NONE"
            return self._clock.stop_first_trial(effort, waiting, self._slots, others_follow)
        return self._clock.stop_other_trial()

    def _handle(self, ended: Ended) -> None:
        if ended.name in self._fits:
            self._handle_fit(ended, *self._fits.pop(ended.name))
        elif ended.name == ENSEMBLE:
            self._handle_report(ended, ENSEMBLE, None)
        else:
            run = self._runs[ended.name.split(" ")[1]]
            run.reporting = None
            self._handle_report(ended, run.key, run)
            if run.best is not None and ended.name != _report_name(run.best):
                self._start_report(run, run.best, list(range(self._training.fold_count)))

    def _handle_fit(self, ended: Ended, state: TrialState, fold: int) -> None:
        run = self._runs[state.trial.algorithm]
        if ended.code is not None:
            self._handle_failed_fit(ended, run, state, fold)
            return
        figures = json.loads((ended.folder / "fold.json").read_text(encoding="utf-8"))
        state.scores[fold] = float(figures["score"])
        state.seconds += float(figures["seconds"])
        self._tell.fold_scored(state, fold, float(figures["seconds"]))
        if len(state.scores) == self._training.fold_count:
            self._finish_trial(run, state)
        elif not state.dropped and self._tuner.should_stop(run, state):
            state.dropped = True
        is_running = any(other is state for other, _ in self._fits.values())
        if state.dropped and len(state.scores) < self._training.fold_count and not is_running:
            self._finish_trial(run, state)

    def _handle_failed_fit(self, ended: Ended, run: RunState, state: TrialState, fold: int) -> None:
        if ended.code == "OUT_OF_MEMORY" and self._slots > 1:
            self._slots = 1
            shutil.rmtree(ended.folder, ignore_errors=True)
            self._queue.appendleft((state, fold))
            self._tell.warn("Memory is short: from here on one model is fitted at a time.")
            return
        if state.dropped:
            return
        state.dropped = True
        for name, (other, _) in list(self._fits.items()):
            if other is state:
                self._pool.kill(name)
                del self._fits[name]
        self._tuner.ended(run, state)
        code = ended.code or "FIT_FAILED"
        if state.trial.number == 0:
            run.failed = True
            self._tell.run_failed(run.key, code, ended.message)
        else:
            label = f"{run.family.label}, trial {state.trial.number}"
            self._tell.warn(f"{label}: {ended.message}")
        self._discard(state)

    def _finish_trial(self, run: RunState, state: TrialState) -> None:
        folds = sorted(state.scores)
        score = self._training.score(*out_of_fold(self._training, state.trial, folds))
        complete = len(folds) == self._training.fold_count
        state.score = score if complete else None
        if score is not None:
            run.finished_trials += 1
            self._tell.trial_finished(state, score, run.best_with(state, self._training.metric))
        self._tuner.ended(run, state)
        if state.score is None:
            self._discard(state)
            return
        if state.trial.number == 0:
            run.baseline_score = state.score
        former = run.best
        if run.best_with(state, self._training.metric) is state:
            run.best = state
            if former is not None and former is not run.reporting:
                self._discard(former)
            if run.reporting is None:
                self._start_report(run, state, folds)
        else:
            self._discard(state)

    def _start_report(self, run: RunState, state: TrialState, folds: list[int]) -> None:
        run.reporting = state
        name = _report_name(state)
        work = functools.partial(report_run, self._training, state.trial, folds)
        self._pool.start(name, self._training.scratch / name.replace(" ", "-"), work)

    def _report_partial(self) -> None:
        """Runs of which only some folds are scored are served with these; best only if none is complete."""
        for run in self._runs.values():
            state = run.trials[0]
            if run.best is not None or run.failed or not state.scores:
                continue
            scored = f"{len(state.scores)} of {self._training.fold_count} folds"
            self._tell.warn(f"{run.family.label} is scored on the rows of {scored} only: the time was up.")
            run.finished_trials = 1
            self._start_report(run, state, sorted(state.scores))

    def _handle_report(self, ended: Ended, algorithm: str, run: RunState | None) -> None:
        if ended.code is not None:
            if run is None or run.reported is None:
                self._tell.run_failed(algorithm, ended.code, ended.message)
                if run is not None:
                    run.failed = True
            return
        message: RunFinished = json.loads((ended.folder / "report.json").read_text(encoding="utf-8"))
        message["artifacts"][0]["name"] = f"{algorithm}.zip"
        if run is not None:
            message["revision"] = run.reported["revision"] + 1 if run.reported else 1
            message["trials"] = run.finished_trials
            message["baselineScore"] = run.baseline_score
            run.reported = message
        publish(ended.folder / "model.zip", self._training.out / f"{algorithm}.zip")
        shutil.rmtree(ended.folder, ignore_errors=True)
        some_complete = any(other.best is not None for other in self._runs.values())
        self._tell.run_finished(message, may_be_best=run is None or run.best is not None or not some_complete)

    def _tell_progress(self) -> None:
        if not self._fits:
            return
        share = self._clock.share()
        if self._training.spec["tuning"] == "NONE":
            share = max(share, share_of_folds(latest(self._runs.values()), self._training.fold_count))
        state, fold = next(iter(self._fits.values()))
        label = self._runs[state.trial.algorithm].family.label
        message = f"Fitting {label}, trial {state.trial.number + 1}, fold {fold + 1}"
        self._tell.progress(share, message, self._clock.began, self._clock.deadline)

    def _discard(self, state: TrialState) -> None:
        for fold in range(self._training.fold_count):
            shutil.rmtree(state.trial.folder(self._training, fold), ignore_errors=True)


def _no_model(reason: StopReason) -> tuple[FailureCode, str]:
    if reason == "CANCELED":
        return "CANCELED", "The training was cancelled before the first model."
    if reason == "BUDGET":
        return "BUDGET_EXHAUSTED", "The time was up before the first fold was scored."
    return "FIT_FAILED", "No algorithm could be fitted to these data."


def _report_name(state: TrialState) -> str:
    return f"report {state.trial.algorithm} {state.trial.number}"


def _not_finished(reason: StopReason, run: RunState) -> tuple[FailureCode, str]:
    if reason == "CANCELED":
        return "CANCELED", "The training was cancelled before this algorithm was complete."
    scored = max((len(state.scores) for state in run.trials), default=0)
    return "BUDGET_EXHAUSTED", f"The time was up after {scored} folds."
