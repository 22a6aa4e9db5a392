"""What a finished run tells. Made in a process of its own: bootstraps and zips never hold up the clock."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .archive import MEDIA_TYPE, Member, artifact, pack
from .curves import curves, learning_curve
from .ensemble import cross_fitted, greedy_weights
from .errors import FitError
from .families.base import Values
from .interval import score_interval
from .metrics.base import confusion
from .proof import run_proof
from .protocol import FeatureImportanceItem, RunFinished, RunProof, ScoreBasis
from .registry import metrics_of
from .training import Training, Trial, out_of_fold

ENSEMBLE = "ensemble"
MAXIMUM_CONFUSION_CLASSES = 100
MAXIMUM_FEATURES = 1_000

Rows = npt.NDArray[np.int64]


def report_run(training: Training, trial: Trial, folds: list[int], folder: Path) -> None:
    """Leaves model.zip and report.json (a RunFinished with revision, trials and baselineScore yet to be set)."""
    rows, prediction = out_of_fold(training, trial, folds)
    members = [Member(trial, folds, 1.0)]
    proof = run_proof(training, [trial], folds, prediction, None)
    message = _report(training, trial.algorithm, members, rows, prediction, "OUT_OF_FOLD", proof, folder)
    chosen = _figures(training, trial, folds[0])["chosen"]
    message["parameters"] = {**trial.parameters, **chosen}
    message["trial"] = trial.number
    losses = [_figures(training, trial, fold).get("losses", []) for fold in folds]
    message["curves"].extend(learning_curve(losses, _loss_of(training)))
    (folder / "report.json").write_text(json.dumps(message), encoding="utf-8")


def report_ensemble(training: Training, trials: list[Trial], stop_at: float, folder: Path) -> None:
    """As `report_run`, for the blend of these complete trials; the score is of the cross-fitted blend."""
    folds = list(range(training.fold_count))
    predictions = [out_of_fold(training, trial, folds)[1] for trial in trials]
    truth, positive, seed = training.target.values, training.target.positive, training.spec["seed"]
    half = time.monotonic() + max(0.0, stop_at - time.monotonic()) / 2
    weights = greedy_weights(training.metric, truth, predictions, positive, seed, half)
    honest, by_fold = cross_fitted(training.metric, truth, predictions, training.folds, positive, seed, stop_at)
    members = [Member(trial, folds, float(weight)) for trial, weight in zip(trials, weights, strict=True) if weight > 0]
    rows = np.arange(len(truth))
    proof = run_proof(training, trials, folds, honest, by_fold)
    message = _report(training, ENSEMBLE, members, rows, honest, "CROSS_FITTED", proof, folder)
    message["members"] = [
        {"algorithm": member.trial.algorithm, "trial": member.trial.number, "weight": member.weight}
        for member in members
    ]
    (folder / "report.json").write_text(json.dumps(message), encoding="utf-8")


def _report(
    training: Training,
    algorithm: str,
    members: list[Member],
    rows: Rows,
    prediction: Values,
    basis: ScoreBasis,
    proof: RunProof,
    folder: Path,
) -> RunFinished:
    truth, positive, classes = training.target.values[rows], training.target.positive, training.target.classes
    score = training.score(rows, prediction)
    if score is None:
        raise FitError("METRIC_UNDEFINED", f"{training.metric.label} is undefined on the predicted rows.")
    by_fold = [training.score(rows[here], prediction[here]) for here in _by_fold(training, rows)]
    values = {metric.key: metric.score(truth, prediction, positive) for metric in metrics_of(training.spec["taskType"])}
    pack(training, members, folder / "model.zip")
    file = artifact(folder / "model.zip", f"{algorithm}.zip", MEDIA_TYPE)
    drawn = bool(classes) and len(classes) <= MAXIMUM_CONFUSION_CLASSES
    figures = [[_figures(training, member.trial, fold) for fold in member.folds] for member in members]
    return {
        "type": "runFinished",
        "algorithm": algorithm,
        "revision": 1,
        "parameters": {},
        "trial": None,
        "score": score,
        "scoreBasis": basis,
        "scoreInterval": score_interval(training.metric, truth, prediction, positive, training.spec["seed"], score),
        "metrics": [{"key": key, "value": value, "basis": basis} for key, value in values.items() if value is not None],
        "foldScores": [value for value in by_fold if value is not None],
        "trials": 1,
        "baselineScore": None,
        "fitSeconds": float(sum(figure["seconds"] for folds in figures for figure in folds)),
        "predictMicrosPerRow": float(sum(figure["predictMicrosPerRow"] for folds in figures for figure in folds)),
        "modelBytes": file["byteSize"],
        "artifacts": [file],
        "confusionMatrix": {"labels": classes, "counts": confusion(truth, prediction).tolist()} if drawn else None,
        "curves": curves(truth, prediction, classes, positive),
        "featureImportance": _importance(figures, [member.weight for member in members]),
        "members": [],
        "proof": proof,
    }


def _loss_of(training: Training) -> str:
    if training.target.is_classification:
        return "log loss"
    return "MAE" if training.metric.learns == "ABSOLUTE" else "RMSE"


def _by_fold(training: Training, rows: Rows) -> list[npt.NDArray[np.bool_]]:
    return [training.folds[rows] == fold for fold in np.unique(training.folds[rows])]


def _figures(training: Training, trial: Trial, fold: int) -> dict[str, Any]:
    content = (trial.folder(training, fold) / "fold.json").read_text(encoding="utf-8")
    figures: dict[str, Any] = json.loads(content)
    return figures


def _importance(figures: list[list[dict[str, Any]]], weights: list[float]) -> list[FeatureImportanceItem]:
    """Shares within each fold's model, averaged over folds, weighted over members."""
    total: dict[str, float] = {}
    for weight, folds in zip(weights, figures, strict=True):
        for figure in folds:
            whole = sum(figure["importance"].values())
            for source, value in figure["importance"].items():
                if whole > 0:
                    total[source] = total.get(source, 0.0) + weight * value / whole
    whole = sum(total.values())
    ranked = sorted(total.items(), key=lambda item: (-item[1], len(item[0]), item[0]))[:MAXIMUM_FEATURES]
    return [{"feature": source, "importance": min(1.0, value / whole)} for source, value in ranked if whole > 0]
