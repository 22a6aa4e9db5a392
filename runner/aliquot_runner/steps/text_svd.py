from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.utils.extmath import randomized_svd

from .base import Step, Truth, even_rows, levels_of, with_columns

TOKEN = re.compile(r"\w+|\n")
TEXTS_AT_ONCE = 20_000


class TextSvd(Step):
    """TF-IDF of the words, each text of length 1, then its place along the main directions of the training texts."""

    key = "text_svd"
    label = "Topics of text"
    description = "Adds a few numbers that tell which words a text holds (TF-IDF and truncated SVD)."
    takes = ("text",)
    parameters = {
        "components": {
            "type": "integer",
            "minimum": 1,
            "maximum": 64,
            "default": 12,
            "title": "Numbers",
            "description": "How many numbers a text becomes",
        },
        "maximum_terms": {
            "type": "integer",
            "minimum": 10,
            "maximum": 5_000,
            "default": 1_000,
            "title": "Most words",
            "description": "Only so many of the words that most training texts have",
        },
        "keep": {
            "type": "boolean",
            "default": True,
            "title": "Keep the text",
            "description": "Keep the text itself beside its numbers",
        },
    }
    most_rows = 20_000
    fewest_texts = 3

    def fit(self, frame: pd.DataFrame, target: Truth) -> None:
        self.learned = {"columns": {}}
        for name in self.texts(frame):
            texts = frame[name].dropna()
            codes, levels = levels_of(texts.iloc[even_rows(len(texts), self.most_rows)])
            found = self._learn([levels[code] for code in codes])
            if found is not None:
                self.learned["columns"][name] = found

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        new: dict[str, Any] = {}
        for name, learned in self.learned["columns"].items():
            codes, texts = levels_of(frame[name])
            places = _placed(texts, learned)
            table = np.vstack([places, np.full((1, places.shape[1]), np.nan, dtype=np.float32)])
            new |= {f"{name}.topic_{number}": table[codes, number] for number in range(table.shape[1])}
        result = with_columns(frame, new)
        return result if self.values["keep"] else self.without(result, self.learned["columns"])

    def _learn(self, texts: list[str]) -> dict[str, Any] | None:
        codes, found = pd.factorize(np.array(_words(texts), dtype=object))
        ends = codes == (codes[-1] if len(codes) else -1)
        rows, codes = np.cumsum(ends)[~ends], codes[~ends]
        pairs = csr_matrix((np.ones(len(codes)), (rows, codes)), shape=(len(texts) + 1, len(found) + 1))
        pairs.sum_duplicates()
        counts = np.bincount(pairs.indices, minlength=len(found))
        often = sorted(np.flatnonzero(counts >= self.fewest_texts), key=lambda place: (-counts[place], found[place]))
        often = often[: int(self.values["maximum_terms"])]
        size = min(int(self.values["components"]), len(often) - 1, len(texts) - 1)
        if size < 1:
            return None
        learned: dict[str, Any] = {
            "terms": [str(found[place]) for place in often],
            "weights": np.round(np.log((1 + len(texts)) / (1 + counts[often])) + 1, 6).tolist(),
        }
        weighted = _weighted(texts, learned)
        directions = randomized_svd(weighted, n_components=size, random_state=0)[2]
        return learned | {"directions": np.round(directions, 5).tolist()}


def _words(texts: list[str]) -> list[str]:
    """All words of all texts, with a line break after each text."""
    return TOKEN.findall("\n".join([*(text.replace("\n", " ") for text in texts), ""]).lower())


def _weighted(texts: list[str], learned: dict[str, Any]) -> Any:
    """TF-IDF, a row a text."""
    places = {term: number for number, term in enumerate(learned["terms"])} | {"\n": -1}
    words = _words(texts)
    columns = np.fromiter(map(places.get, words, repeat(-2)), dtype=np.int64, count=len(words))
    rows, known = np.cumsum(columns == -1), columns >= 0
    shape = (len(texts), len(learned["terms"]))
    counts = csr_matrix((np.ones(known.sum(), dtype=np.float32), (rows[known], columns[known])), shape=shape)
    counts.sum_duplicates()
    counts.data *= np.array(learned["weights"], dtype=np.float32)[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts.data /= np.repeat(lengths, np.diff(counts.indptr))
    return counts


def _placed(texts: list[str], learned: dict[str, Any]) -> Any:
    directions = np.array(learned["directions"], dtype=np.float32)
    blocks: Iterator[Any] = (texts[start : start + TEXTS_AT_ONCE] for start in range(0, len(texts), TEXTS_AT_ONCE))
    parts = [np.asarray(_weighted(block, learned) @ directions.T, dtype=np.float32) for block in blocks]
    return np.vstack([np.empty((0, len(directions)), dtype=np.float32), *parts])


STEP = TextSvd
