"""Owns the clock of a training: decides what runs, tells what happened, ends everything in time."""

from __future__ import annotations

import functools
import json
import shutil
import time
from collections import deque
from collections.abc import Sequence

from . import iteration, tuning
from .announcer import Announcer, latest
from .cancel import Cancellation
from .candidates import Candidates
from .channel import Channel
from .clock import Clock
from .control import added_seconds
from .endings import StopReason, no_model, not_finished
from .errors import RunnerError
from .execution.local import Ended, LocalPool, Work
from .execution.memory import told_bytes
from .execution.size import fit_bytes
from .fold_fit import fit_fold
from .kept_folds import KeptFiles, fit_and_keep, take_up_fold
from .leader import Best
from .progress import tell_progress
from .report import ENSEMBLE
from .reports import Reports
from .reserve import RESERVE, Reserve
from .resume import restore_fold
from .run_state import RunState, TrialState
from .training import Training, Trial, out_of_fold
from .tuner import Tuner

FIT = "fit "
LOOP_SECONDS = 0.5
UNUSED_SECONDS = 1.0
"""Less than that, or than 5 % of the budget, needs no word."""


class Coordinator:
    """Numpy only: it forks."""

    def __init__(
        self,
        training: Training,
        runs: Sequence[RunState],
        with_ensemble: bool,
        slots: int,
        channel: Channel,
        cancel: Cancellation,
        began: float,
    ) -> None:
        self._training = training
        self._runs = {run.key: run for run in runs}
        self._slots = slots
        resumed = training.spec.get("resume", [])
        self._tell = Announcer(channel, training.metric, resumed)
        self._cancel = cancel
        cells = len(training.target.values) * max(1, training.classes)
        self._clock = Clock(began, training.spec["budgetSeconds"], cells)
        self._pool = LocalPool(training.spec["memoryBytes"], cancel.wake)
        fresh = [run for run in runs if run.recorded is None]
        begun = len(fresh) + sum(run.begun for run in runs)
        self._tuner = Tuner(training, (training.spec["maxTrials"] or 1_000_000) - begun)
        present = next((record for record in resumed if record["algorithm"] == ENSEMBLE), None)
        self._candidates = Candidates(training)
        self._reports = Reports(training, self._runs, with_ensemble, present, self._pool, self._tell)
        self._queue: deque[tuple[TrialState, int]] = deque()
        self._fits: dict[str, tuple[TrialState, int]] = {}
        self._kept_files = KeptFiles(training.out)
        self._memory_is_told = False
        self._reserve = Reserve(training, self._runs, self._pool, self._tell, self._clock.deadline)
        for run in sorted(runs, key=lambda run: run.recorded is None):
            self._enqueue(run.opening)
        for state in latest(runs):
            if state.kept and state is not self._runs[state.trial.algorithm].opening:
                self._enqueue(state)

    @property
    def budget_seconds(self) -> float:
        return self._clock.budget_seconds

    def complete_trials(self) -> list[Trial]:
        """The best one of each algorithm, among those that were scored on all folds."""
        return [run.best.trial for run in self._runs.values() if run.best is not None]

    def run(self) -> tuple[StopReason, Best]:
        """Why it stopped and the best run. Raises RunnerError where there is no model."""
        try:
            self._reserve.start_if_short()
            reason = self._fit_until_done()
            self._close(reason)
            if self._tell.best is None:
                self._reserve.serve()
        finally:
            self._pool.kill_all()
            self._kept_files.remove()
        for run in self._runs.values():
            if run.reported is None and not run.failed and run.recorded is None:
                self._tell.run_failed(run.key, *not_finished(reason, run))
        if self._tell.best is None:
            raise RunnerError(*no_model(reason, self._runs.values()))
        unused = self._clock.deadline - time.monotonic()
        if reason != "CANCELED" and unused > max(UNUSED_SECONDS, 0.05 * self._clock.budget_seconds):
            self._tell.info(f"{unused:.0f} s of the budget are not used. {self._tuner.why_done(self._runs)}")
        return reason, self._tell.best

    def _fit_until_done(self) -> StopReason:
        while not self._cancel.requested:
            self._clock.extend(added_seconds())
            if self._clock.is_up():
                return "BUDGET"
            self._fill_slots()
            if not self._pool.running():
                return "BUDGET" if self._tuner.out_of_time else "DONE"
            tell_progress(self._training, self._tell, self._clock, self._runs, list(self._fits.values()))
            for ended in self._pool.wait(min(self._clock.soft_deadline, time.monotonic() + LOOP_SECONDS)):
                self._handle(ended)
            self._reports.blend_meanwhile(self._candidates.states(), self._clock)
        return "CANCELED"

    def _close(self, reason: StopReason) -> None:
        for name in list(self._fits):
            self._pool.kill(name)
        self._fits.clear()
        until = self._clock.closing(reason == "CANCELED")
        self._reports.start_partial()
        self._reserve.start_if_nothing_else()
        self._reports.finish_ensemble(self._candidates.states(), reason == "CANCELED", until)
        for run in self._runs.values():
            if run.begun > 0:
                self._tell.tuned(
                    tuning.summary(run, self._training.metric, self._training.spec["tuning"], is_over=True)
                )
        while self._pool.running() and time.monotonic() < until:
            for ended in self._pool.wait(until):
                self._handle(ended)
            if self._cancel.requested and reason != "CANCELED":
                until = min(until, self._clock.closing(canceled=True))
        self._reports.give_up()

    def _enqueue(self, state: TrialState) -> None:
        self._queue.extend((state, fold) for fold in range(self._training.fold_count))

    def _fill_slots(self) -> None:
        while len(self._fits) < self._slots:
            if not self._queue:
                if self._training.spec["maxTrials"] is not None and self._fits:
                    # So many trials are the same ones in any run: no choice hangs on which fit ends first.
                    return
                new = self._tuner.next_trial(self._runs, self._clock.left(), self._slots)
                if new is None:
                    return
                self._enqueue(new)
            state, fold = self._queue.popleft()
            need = fit_bytes(self._training, self._runs[state.trial.algorithm].family, state.trial, fold)
            if not state.dropped and self._pool.must_wait(need):
                self._queue.appendleft((state, fold))
                return
            if not state.dropped:
                self._start_fit(state, fold, need)

    def _start_fit(self, state: TrialState, fold: int, need: int) -> None:
        trial = state.trial
        run = self._runs[trial.algorithm]
        if state is run.trials[0] and fold == 0 and run.recorded is None and not run.was_told:
            self._tell.run_started(trial.algorithm, run.family.label)
        name = f"{FIT}{trial.algorithm} {trial.number} {fold}"
        self._fits[name] = (state, fold)
        work: Work
        if state.restore is not None:
            work = functools.partial(restore_fold, self._training, trial, fold, state.restore)
        elif fold in state.kept:
            work = functools.partial(take_up_fold, self._training, trial, fold, state.kept[fold])
        else:
            fit = fit_and_keep if self._training.spec.get("keepFolds") else fit_fold
            work = functools.partial(fit, self._training, trial, fold, self._stop_at(run.family.effort))
        folder, room = trial.folder(self._training, fold), self._pool.room()
        if need <= room or state.restore is not None or fold in state.kept:
            self._pool.start(name, folder, work, need, self._slots)
            return
        message = f"It needs about {told_bytes(need)} of memory, and {told_bytes(room)} are left for it."
        self._handle(Ended(name, folder, "OUT_OF_MEMORY", message, is_final=True))

    def _stop_at(self, effort: float) -> float:
        if any(run.best is None and not run.failed for run in self._runs.values()):
            waiting = sum(self._runs[state.trial.algorithm].family.effort for state, _ in self._queue)
            others_follow = self._training.spec["tuning"] != "NONE"
            return self._clock.stop_first_trial(effort, waiting, self._slots, others_follow)
        return self._clock.stop_other_trial()

    def _handle(self, ended: Ended) -> None:
        if ended.name in self._fits:
            self._handle_fit(ended, *self._fits.pop(ended.name))
        elif ended.name == RESERVE:
            self._reserve.handle(ended)
        elif not ended.name.startswith(FIT):
            # A fit that is not under way any more was dropped in the moment in which it ended.
            self._reports.handle(ended)
            self._tidy()

    def _handle_fit(self, ended: Ended, state: TrialState, fold: int) -> None:
        run = self._runs[state.trial.algorithm]
        iteration.forget(self._training.scratch, state.trial, fold)
        if ended.code is not None:
            self._handle_failed_fit(ended, run, state, fold)
            return
        figures = json.loads((ended.folder / "fold.json").read_text(encoding="utf-8"))
        state.scores[fold] = float(figures["score"])
        state.seconds += float(figures["seconds"])
        if state.restore is None and fold not in state.kept:
            self._tell.fold_scored(state, fold, float(figures["seconds"]), figures.get("file"))
            if "file" in figures:
                self._kept_files.add(figures["file"])
        if self._should_stop(run, state):
            self._drop(state)
        if state.dropped or len(state.scores) == self._training.fold_count:
            self._finish_trial(run, state)

    def _should_stop(self, run: RunState, state: TrialState) -> bool:
        if state is run.trials[0] or state.is_recorded:
            return False
        unwanted = self._candidates.is_unwanted(run, state, self._runs.values())
        return self._tuner.should_stop(run, state) or unwanted

    def _handle_failed_fit(self, ended: Ended, run: RunState, state: TrialState, fold: int) -> None:
        if ended.code == "OUT_OF_MEMORY" and not self._memory_is_told:
            self._memory_is_told = True
            self._tell.info(self._pool.how_memory_is_held(self._slots))
        if ended.code == "OUT_OF_MEMORY" and self._slots > 1 and not ended.is_final:
            self._slots = 1
            shutil.rmtree(ended.folder, ignore_errors=True)
            self._queue.appendleft((state, fold))
            self._tell.warn("Memory is short: from here on one model is fitted at a time.")
            return
        if state.dropped:
            return
        if state.kept.pop(fold, None) is not None and not state.is_recorded:
            shutil.rmtree(ended.folder, ignore_errors=True)
            self._queue.appendleft((state, fold))
            return
        self._drop(state)
        self._tuner.ended(run, state)
        code = ended.code or "FIT_FAILED"
        label = f"{run.family.label}, trial {state.trial.number}"
        if state.restore is not None:
            self._tell.warn(f"{label}: {ended.message} It is fitted again.")
            self._enqueue(run.begin_anew(state))
        elif state is not run.trials[0] or run.recorded is not None:
            self._tell.warn(f"{label}: {ended.message}")
        else:
            self._tell.run_failed(run.key, code, ended.message)
            run.failed_by = code
        run.failed = run.failed or (state is run.trials[0] and not state.is_recorded)
        state.trial.discard(self._training)

    def _drop(self, state: TrialState) -> None:
        state.dropped = True
        for name, (other, fold) in list(self._fits.items()):
            if other is state:
                self._pool.kill(name)
                del self._fits[name]
                iteration.forget(self._training.scratch, state.trial, fold)

    def _finish_trial(self, run: RunState, state: TrialState) -> None:
        folds = sorted(state.scores)
        score = self._training.score(*out_of_fold(self._training, state.trial, folds))
        state.score = score if len(folds) == self._training.fold_count else None
        if score is not None and state.score is not None:
            self._candidates.add(state)
        if state.restore is not None or state.is_recorded:
            run.best = state if state.restore is not None else run.best
            return
        best, metric = run.best_with(state, self._training.metric), self._training.metric
        if score is not None:
            run.finished_trials += 1
            if not state.is_told:
                self._tell.trial_finished(state, score, best)
        self._tuner.ended(run, state)
        if state is run.trials[0]:
            run.baseline_score = state.score
        if state.score is None:
            state.trial.discard(self._training)
        if best is not state:
            self._tidy()
            return
        run.best = state
        if state is not run.trials[0]:
            self._tell.tuned(tuning.summary(run, metric, self._training.spec["tuning"], is_over=False))
        self._tidy()
        if run.reporting is None:
            self._reports.start(run, state, folds)

    def _tidy(self) -> None:
        if not self._reports.is_blending:
            for state in self._candidates.give_up(self._runs.values()):
                state.trial.discard(self._training)
