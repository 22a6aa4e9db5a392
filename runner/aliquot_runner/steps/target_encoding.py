from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .base import Step, Truth, levels_of, with_columns


class TargetEncoding(Step):
    """A level's figure is the mean target of its training rows, pulled towards the mean of all of them.

    In the training rows themselves it comes from the rows of the other parts of a random split, else each row would be
    shown its own target. A level that only one training row has tells nothing and counts as unknown.
    """

    key = "target_encoding"
    label = "Mean target of a category"
    description = "Adds the mean target (or share of each class) of the training rows with the same category."
    takes = ("category",)
    uses_target = True
    parameters = {
        "smoothing": {
            "type": "number",
            "minimum": 0,
            "maximum": 10_000,
            "default": 20,
            "title": "Smoothing",
            "description": "As many rows with the overall mean are added to those of each category",
        },
        "folds": {
            "type": "integer",
            "minimum": 2,
            "maximum": 20,
            "default": 5,
            "title": "Parts",
            "description": "Training rows are split into so many; a row's figure comes from the other parts",
        },
        "maximum_classes": {
            "type": "integer",
            "minimum": 2,
            "maximum": 50,
            "default": 10,
            "title": "Most classes",
            "description": "With more classes, only the most frequent ones get a column",
        },
        "keep": {
            "type": "boolean",
            "default": True,
            "title": "Keep the category",
            "description": "Keep the category itself beside its figures",
        },
    }

    most_levels = 10_000

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learn(frame, target)

    def fit_transform(self, frame: pd.DataFrame, target: Truth) -> pd.DataFrame:
        return self.encoded(frame, self.learn(frame, target))

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for name, figures in self.learned["levels"].items():
            codes, texts = levels_of(frame[name])
            table = np.array(
                [*(figures.get(text, self.learned["prior"]) for text in texts), self.learned["missing"][name]]
            )
            new |= self.named(name, table[codes])
        return self.encoded(frame, new)

    def learn(self, frame: pd.DataFrame, target: Truth) -> dict[str, Any]:
        """Answers the figures of the training rows."""
        outputs = self.outputs(target)
        prior = outputs.mean(axis=0) if len(outputs) else np.zeros(outputs.shape[1])
        self.learned = {"outputs": self.output_names(target), "prior": prior.tolist(), "levels": {}, "missing": {}}
        folds = int(self.values["folds"])
        fold = np.random.default_rng(0).permutation(len(frame)) % folds
        new: dict[str, Any] = {}
        for name in self.present(frame):
            codes, texts = levels_of(frame[name])
            level = np.where(codes < 0, len(texts), codes)
            counts, sums = totals(level * folds + fold, outputs, (len(texts) + 1) * folds)
            counts, sums = counts.reshape(-1, folds), sums.reshape(len(counts) // folds, folds, -1)
            whole, whole_sums = counts.sum(axis=1), sums.sum(axis=1)
            kept = np.zeros(len(texts) + 1, dtype=bool)
            kept[np.argsort(-whole[:-1], kind="stable")[: self.most_levels]] = True
            kept[-1] = True
            kept &= whole > 1
            figures = np.where(kept[:, None], self.shrunk(whole, whole_sums, prior), prior)
            self.learned["levels"][name] = {
                texts[place]: figures[place].tolist() for place in np.flatnonzero(kept[:-1])
            }
            self.learned["missing"][name] = figures[-1].tolist()
            others = self.shrunk(
                (whole[:, None] - counts).ravel(), (whole_sums[:, None, :] - sums).reshape(-1, len(prior)), prior
            )
            new |= self.named(name, np.where(kept[level][:, None], others[level * folds + fold], prior))
        return new

    def shrunk(self, counts: Any, sums: Any, prior: Any) -> Any:
        smoothing = max(float(self.values["smoothing"]), 1e-9)
        return (sums + smoothing * prior) / (counts[:, None] + smoothing)

    def outputs(self, target: Truth) -> Any:
        """What is averaged, a column each: the values, or for each wanted class whether it is this one."""
        if target.classes == 0:
            return target.values[:, None]
        return (target.values[:, None] == np.array(self.wanted(target))).astype(np.float64)

    def output_names(self, target: Truth) -> list[str]:
        return ["target"] if target.classes in (0, 2) else [f"target_{number}" for number in self.wanted(target)]

    def wanted(self, target: Truth) -> list[int]:
        if target.classes == 2:
            return [1]
        sizes = np.bincount(target.values, minlength=target.classes)
        order = np.argsort(-sizes, kind="stable")[: int(self.values["maximum_classes"])]
        return sorted(int(number) for number in order)

    def named(self, name: str, figures: Any) -> dict[str, Any]:
        return {f"{name}.{output}": figures[:, place] for place, output in enumerate(self.learned["outputs"])}

    def encoded(self, frame: pd.DataFrame, new: dict[str, Any]) -> pd.DataFrame:
        encoded = with_columns(frame, new)
        return encoded if self.values["keep"] else self.without(encoded, self.learned["levels"])


def totals(groups: Any, outputs: Any, size: int) -> tuple[Any, Any]:
    """Rows of each group, and the sums of each output over them."""
    sums = [np.bincount(groups, weights=outputs[:, place], minlength=size) for place in range(outputs.shape[1])]
    return np.bincount(groups, minlength=size), np.column_stack(sums)


STEP = TargetEncoding
