"""Expected failures. Everything else that is raised is a defect and told as INTERNAL.

RunnerError            the job ends with the message `failed`
└── FitError           one algorithm ends with the message `runFailed`, the others go on
"""

from __future__ import annotations

from .protocol import FailureCode


class RunnerError(Exception):
    """An expected failure with a code of the contract and a sentence for the user."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message


class FitError(RunnerError):
    """A model could not be fitted to a fold."""
