"""The times of a training, all readings of `time.monotonic`."""

from __future__ import annotations

import time

CANCEL_SECONDS = 3.0
CLOSING_SHARE = 0.06
CLOSING_SECONDS = 15.0
"""Of the budget, what weighing and packing many models may take; no more than so many seconds."""
STORING_SHARE = 0.02
STORING_SECONDS = 0.3
"""Of the budget, what the server may take to store the last model; no more than so many seconds."""
LEAST_FIT_SECONDS = 0.3
LEAST_SECONDS_AFTER_BLEND = 15.0
SHARE_TO_GROW = 0.85
"""Of its share, what a fit may grow for; the rest is for predicting, saving and the reports that run beside it."""
FIRST_TRIALS_SHARE = 0.7
"""Of the time left, what the first trials may take where others are to follow."""


class Clock:
    """`deadline`: end of the budget. `soft_deadline`: end of fitting; what is left is for blending and packing."""

    def __init__(self, began: float, budget_seconds: float, cells: int) -> None:
        self.began = began
        self._given = budget_seconds
        self._cells = cells
        self.extend(0)

    def extend(self, added_seconds: float) -> None:
        """What was added to the budget since the beginning, all of it."""
        self.budget_seconds = self._given + added_seconds
        self.deadline = self.began + self.budget_seconds
        self.soft_deadline = self.deadline - min(
            0.2 * self.budget_seconds,
            0.5 + 4e-6 * self._cells + min(CLOSING_SHARE * self.budget_seconds, CLOSING_SECONDS),
        )

    def is_up(self) -> bool:
        return time.monotonic() >= self.soft_deadline

    def left(self) -> float:
        """Seconds until the end of fitting."""
        return self.soft_deadline - time.monotonic()

    def share(self) -> float:
        return (time.monotonic() - self.began) / (self.soft_deadline - self.began)

    def is_time_to_blend(self, last: float | None) -> bool:
        """Whether a new blend on the way is worth its time; `last`: when the former one was begun."""
        if self.left() < LEAST_SECONDS_AFTER_BLEND:
            return False
        return last is None or time.monotonic() - last > max(LEAST_SECONDS_AFTER_BLEND, 0.25 * self.budget_seconds)

    def closing(self, canceled: bool) -> float:
        """Until when blending and packing may go on."""
        last = self.deadline - min(STORING_SHARE * self.budget_seconds, STORING_SECONDS)
        return min(last, time.monotonic() + CANCEL_SECONDS) if canceled else last

    def stop_first_trial(self, effort: float, waiting: float, slots: int, others_follow: bool) -> float:
        """When a fit of a first trial should be content with what it has: its share, by effort, of the time left."""
        share = FIRST_TRIALS_SHARE if others_follow else 1.0
        return self._stop_after(SHARE_TO_GROW * share * self.left() * slots * effort / (waiting + effort))

    def stop_other_trial(self) -> float:
        return self._stop_after(self.left() / 3)

    def _stop_after(self, seconds: float) -> float:
        return time.monotonic() + min(max(LEAST_FIT_SECONDS, seconds), 0.9 * self.left())
