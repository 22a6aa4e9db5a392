"""scikit-learn estimators as models: skops with a list of allowed types, never pickle."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from scipy.linalg import LinAlgWarning
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from .dense import Dense
from .encoder import Matrix
from .errors import RunnerError
from .families.base import Fitted, Scalar, Values

ALLOWED_TYPES = frozenset(
    {
        "sklearn.tree._tree.Tree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.link.MultinomialLogit",
    }
)


class ScikitModel(Fitted):
    """`dense`: the adapter between the typed frame and an estimator that takes no missing values or categories."""

    def __init__(self, estimator: Any, classes: int, dense: Dense | None = None) -> None:
        self._estimator = estimator
        self._classes = classes
        self._dense = dense

    def predict(self, matrix: Matrix) -> Values:
        adapted = matrix if self._dense is None else self._dense.transform(matrix)
        with threadpool_limits(1):
            ask = self._estimator.predict_proba if self._classes else self._estimator.predict
            return np.asarray(ask(adapted), dtype=np.float64)

    def save(self, folder: Path) -> None:
        (folder / "model.skops").write_bytes(dump(self._estimator))
        if self._dense is not None:
            self._dense.save(folder / "dense.json")

    def importance(self) -> Values | None:
        if hasattr(self._estimator, "feature_importances_"):
            return np.asarray(self._estimator.feature_importances_, dtype=np.float64)
        if hasattr(self._estimator, "coef_") and self._dense is not None:
            weights = np.abs(np.atleast_2d(self._estimator.coef_)).mean(axis=0)
            return self._dense.by_feature(weights)
        return None

    def chosen(self) -> dict[str, Scalar]:
        return {}


def load_scikit(folder: Path, classes: int) -> ScikitModel:
    dense = folder / "dense.json"
    estimator = load(folder / "model.skops")
    return ScikitModel(estimator, classes, Dense.load(dense) if dense.exists() else None)


def load(path: Path) -> Any:
    """Raises RunnerError MODEL_INVALID for a type that is not allowed."""
    data = path.read_bytes()
    foreign = set(skops.io.get_untrusted_types(data=data)) - ALLOWED_TYPES
    if foreign:
        raise RunnerError("MODEL_INVALID", f"The model holds types that are not allowed: {sorted(foreign)}.")
    return skops.io.loads(data, trusted=sorted(ALLOWED_TYPES & set(skops.io.get_untrusted_types(data=data))))


def dump(estimator: Any) -> bytes:
    """The skops archive with numbers instead of memory addresses and no dates: equal models give equal bytes."""
    source = zipfile.ZipFile(io.BytesIO(skops.io.dumps(estimator)))
    schema = source.read("schema.json").decode()
    places: dict[str, str] = {}
    for address in re.findall(r'"__id__": (\d+)', schema) + re.findall(r'"file": "(\d+)\.', schema):
        places.setdefault(address, str(len(places) + 1))

    def renumber(text: str) -> str:
        return re.sub(r"\d{6,}", lambda found: places.get(found[0], found[0]), text)

    schema = re.sub(r'("__id__": |"file": ")(\d+)', lambda found: found[1] + places.get(found[2], found[2]), schema)
    json.loads(schema)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(source.namelist(), key=renumber):
            content = schema.encode() if name == "schema.json" else source.read(name)
            archive.writestr(zipfile.ZipInfo(renumber(name)), content, zipfile.ZIP_DEFLATED, 1)
    return target.getvalue()


@contextmanager
def quietly(threads: int) -> Iterator[None]:
    """Linear algebra with so many threads; an optimiser at its limit of steps is no news."""
    with warnings.catch_warnings(), threadpool_limits(threads):
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LinAlgWarning)
        yield
