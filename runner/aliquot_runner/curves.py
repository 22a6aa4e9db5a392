"""Points of the diagrams that belong to a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .metrics.base import Truth, Values
from .protocol import RunnerCurve

MAXIMUM_POINTS = 200
MAXIMUM_CLASSES = 12
CALIBRATION_BINS = 10


def curves(truth: Truth, prediction: Values, classes: list[str], positive: int) -> list[RunnerCurve]:
    if not classes:
        return [_residuals(truth, prediction)]
    shown = [positive] if len(classes) == 2 else list(range(min(len(classes), MAXIMUM_CLASSES)))
    drawn: list[RunnerCurve] = []
    for number in shown:
        hits = truth == number
        if 0 < hits.sum() < len(hits):
            drawn.extend(_of_class(hits, prediction[:, number], classes[number]))
    return drawn


def learning_curve(by_fold: Sequence[Sequence[float]], label: str) -> list[RunnerCurve]:
    """Mean loss over folds by round, as far as all folds have come; nothing where there are no rounds."""
    rounds = min((len(losses) for losses in by_fold), default=0)
    if rounds < 2:
        return []
    mean = np.mean([losses[:rounds] for losses in by_fold], axis=0)
    keep = _thinned(rounds)
    return [{"kind": "LEARNING", "label": label, "x": (keep + 1.0).tolist(), "y": mean[keep].tolist()}]


def _of_class(hits: npt.NDArray[np.bool_], score: Values, label: str) -> list[RunnerCurve]:
    values, place = np.unique(-score, return_inverse=True)
    found = np.cumsum(np.bincount(place, weights=hits, minlength=len(values)))
    seen = np.cumsum(np.bincount(place, minlength=len(values)))
    positives, negatives = int(hits.sum()), int((~hits).sum())
    keep = _thinned(len(values))
    recall = found[keep] / positives
    bins = np.minimum((score * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    sizes = np.bincount(bins, minlength=CALIBRATION_BINS)
    used = sizes > 0
    told = np.bincount(bins, weights=score, minlength=CALIBRATION_BINS)[used] / sizes[used]
    happened = np.bincount(bins, weights=hits, minlength=CALIBRATION_BINS)[used] / sizes[used]
    return [
        {
            "kind": "ROC",
            "label": label,
            "x": _numbers(np.concatenate([[0.0], (seen - found)[keep] / negatives])),
            "y": _numbers(np.concatenate([[0.0], recall])),
        },
        {"kind": "PRECISION_RECALL", "label": label, "x": _numbers(recall), "y": _numbers((found / seen)[keep])},
        {"kind": "CALIBRATION", "label": label, "x": _numbers(told), "y": _numbers(happened)},
    ]


def _residuals(truth: Truth, prediction: Values) -> RunnerCurve:
    order = np.argsort(prediction, kind="stable")[_thinned(len(prediction))]
    return {
        "kind": "RESIDUALS",
        "label": None,
        "x": _numbers(prediction[order]),
        "y": _numbers((truth - prediction)[order]),
    }


def _thinned(count: int) -> npt.NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, MAXIMUM_POINTS - 1)).round().astype(np.int64))


def _numbers(values: npt.NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
