"""What becomes of finished trials: reports of runs, and the ensemble. Each is made in a process of its own."""

from __future__ import annotations

import functools
import json
import shutil
import time
from collections.abc import Mapping, Sequence

from .announcer import Announcer
from .archive import publish
from .clock import Clock
from .execution.local import Ended, LocalPool
from .protocol import FailureCode, ResumedRun, RunFinished
from .report import ENSEMBLE, report_ensemble, report_run
from .run_state import RunState, TrialState
from .training import Training

SHARE_TO_WEIGH = 0.4
"""Of the time that an ensemble has, what finding its weights may take; the rest is for packing it."""

SHARE_TO_BLEND = 0.1
"""Of the budget, what a blend on the way may take."""


class Reports:
    """`present`: the ensemble of an earlier training, which stays unless there is a better one."""

    def __init__(
        self,
        training: Training,
        runs: Mapping[str, RunState],
        with_ensemble: bool,
        present: ResumedRun | None,
        pool: LocalPool,
        tell: Announcer,
    ) -> None:
        self._training = training
        self._runs = runs
        self._with_ensemble = with_ensemble
        self._present = present
        self._pool = pool
        self._tell = tell
        self._blended: set[str] = set()
        self._revision = 0
        self._blended_at: float | None = None

    @property
    def is_blending(self) -> bool:
        return ENSEMBLE in self._pool.running()

    def start(self, run: RunState, state: TrialState, folds: list[int]) -> None:
        run.reporting = state
        name = _name(state)
        work = functools.partial(report_run, self._training, state.trial, folds)
        self._pool.start(name, self._training.scratch / name.replace(" ", "-"), work)

    def start_partial(self) -> None:
        """Runs of which only some folds are scored are served with these; best only if none is complete."""
        for run in self._runs.values():
            state = run.trials[0]
            if run.best is not None or run.failed or run.recorded is not None or not state.scores:
                continue
            scored = f"{len(state.scores)} of {self._training.fold_count} folds"
            self._tell.warn(f"{run.family.label} is scored on the rows of {scored} only: the time was up.")
            run.finished_trials = 1
            self.start(run, state, sorted(state.scores))

    def blend_meanwhile(self, states: Sequence[TrialState], clock: Clock) -> None:
        """Once every algorithm has had its first trial, and from time to time: the best so far can always be served."""
        has_first_trials = all(run.best is not None or run.failed for run in self._runs.values())
        if has_first_trials and clock.is_time_to_blend(self._blended_at):
            self._start_ensemble(states, time.monotonic() + SHARE_TO_BLEND * clock.budget_seconds)

    def _start_ensemble(self, states: Sequence[TrialState], until: float) -> None:
        """Blends what is there so far, where that is more than at the last time."""
        if not self._with_ensemble or self.is_blending or len(states) < 2 or not self._has_news(states):
            return
        if self._present is None and self._blended_at is None:
            self._tell.run_started(ENSEMBLE, "Ensemble")
        self._blended_at = time.monotonic()
        self._blended = {state.trial.name for state in states}
        stop_at = self._blended_at + (until - self._blended_at) * SHARE_TO_WEIGH
        work = functools.partial(report_ensemble, self._training, [state.trial for state in states], stop_at)
        self._pool.start(ENSEMBLE, self._training.scratch / ENSEMBLE, work)

    def finish_ensemble(self, states: Sequence[TrialState], canceled: bool, until: float) -> None:
        """The last one; where that is not to be, the blend that was made on the way stays."""
        if not self._with_ensemble or not self._has_news(states):
            return
        if canceled:
            self._no_ensemble("CANCELED", "The training was cancelled.")
        elif len(states) < 2:
            self._no_ensemble("FIT_FAILED", "An ensemble needs two finished models.")
        else:
            self._pool.kill(ENSEMBLE)
            self._start_ensemble(states, until)

    def _has_news(self, states: Sequence[TrialState]) -> bool:
        if self._present and not any(run.has_improved for run in self._runs.values()):
            return False
        return self._blended != {state.trial.name for state in states}

    def give_up(self) -> None:
        """The time is up."""
        if self.is_blending:
            self._no_ensemble("BUDGET_EXHAUSTED", "The time was up before the ensemble was complete.")

    def handle(self, ended: Ended) -> None:
        if ended.name == ENSEMBLE:
            self._handle_ensemble(ended)
            return
        run = self._runs[ended.name.split(" ")[1]]
        run.reporting = None
        self._handle_run(ended, run)
        if run.best is not None and ended.name != _name(run.best):
            self.start(run, run.best, list(range(self._training.fold_count)))

    def _handle_run(self, ended: Ended, run: RunState) -> None:
        if ended.code is not None:
            if run.recorded is not None:
                self._tell.warn(f"{run.family.label} stays as it was: {ended.message}")
            elif run.reported is None:
                self._tell.run_failed(run.key, ended.code, ended.message)
                run.failed = True
            return
        message = self._publish(ended, run.key)
        message["revision"] = run.reported["revision"] + 1 if run.reported else 1
        message["trials"] = run.finished_trials
        message["baselineScore"] = run.baseline_score
        run.reported = message
        some_complete = any(other.best is not None for other in self._runs.values())
        self._tell.run_finished(message, may_be_best=run.best is not None or not some_complete)

    def _handle_ensemble(self, ended: Ended) -> None:
        if ended.code is not None:
            shutil.rmtree(ended.folder, ignore_errors=True)
            self._no_ensemble(ended.code, ended.message)
            return
        score = json.loads((ended.folder / "report.json").read_text(encoding="utf-8"))["score"]
        if self._present is not None and not self._training.metric.better(score, self._present["score"]):
            self._tell.info("The ensemble stays as it was: one of the present models is no better.")
            return
        message = self._publish(ended, ENSEMBLE)
        self._revision += 1
        message["revision"] = self._revision
        self._tell.run_finished(message, may_be_best=True)

    def _publish(self, ended: Ended, algorithm: str) -> RunFinished:
        message: RunFinished = json.loads((ended.folder / "report.json").read_text(encoding="utf-8"))
        message["artifacts"][0]["name"] = f"{algorithm}.zip"
        publish(ended.folder / "model.zip", self._training.out / f"{algorithm}.zip")
        shutil.rmtree(ended.folder, ignore_errors=True)
        return message

    def _no_ensemble(self, code: FailureCode, message: str) -> None:
        if self._present is not None or self._revision > 0:
            self._tell.info(f"The ensemble stays as it was, of earlier models: {message}")
        else:
            self._tell.run_failed(ENSEMBLE, code, message)


def _name(state: TrialState) -> str:
    return f"report {state.trial.algorithm} {state.trial.number}"
