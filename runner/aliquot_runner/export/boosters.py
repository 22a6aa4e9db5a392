"""Boosted trees from the files that their libraries wrote."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import xgboost

from .graph import Graph, NotPortableError
from .trees import ABOVE, AMONG, AT_MOST, BELOW, Split, Tree, Trees


def lightgbm_prediction(graph: Graph, matrix: str, folder: Path, classes: int) -> str:
    text = (folder / "model.txt").read_text(encoding="utf-8")
    model = lightgbm.Booster(model_str=text).dump_model()
    outputs = int(model["num_tree_per_iteration"])
    trees = Trees(outputs)
    for number, tree in enumerate(model["tree_info"]):
        trees.add(_lightgbm_tree(tree["tree_structure"]), number % outputs)
    raw = trees.compose(graph, matrix)
    return graph.add("Exp", raw) if model["objective"] == "poisson" else _linked(graph, raw, classes)


def _lightgbm_tree(node: Mapping[str, Any]) -> Tree:
    if "leaf_value" in node:
        return float(node["leaf_value"])
    yes, no = _lightgbm_tree(node["left_child"]), _lightgbm_tree(node["right_child"])
    feature = int(node["split_feature"])
    if node["decision_type"] == "==":
        members = [int(code) for code in str(node["threshold"]).split("||")]
        return Split(feature, AMONG, float(members[0]), False, yes, no, members)
    threshold = float(node["threshold"])
    if node["missing_type"] == "Zero":
        raise NotPortableError("LightGBM takes zeros for missing values in it.")
    # Where no value was missing in training, LightGBM takes a missing one for 0.
    missing_is_yes = bool(node["default_left"]) if node["missing_type"] == "NaN" else threshold >= 0
    return Split(feature, AT_MOST, threshold, missing_is_yes, yes, no)


def xgboost_prediction(graph: Graph, matrix: str, folder: Path, classes: int) -> str:
    booster = xgboost.Booster(model_file=folder / "model.ubj")
    learner = json.loads(booster.save_raw("json"))["learner"]
    model = learner["gradient_booster"]["model"]
    outputs = classes if classes > 2 else 1
    trees = Trees(outputs)
    for tree, output in zip(model["trees"], model["tree_info"], strict=True):
        trees.add(_xgboost_tree(tree), int(output))
    start = _numbers(learner["learner_model_param"]["base_score"])
    for output in range(outputs):
        base = start[output % len(start)]
        trees.offsets[output] += math.log(base / (1 - base)) if classes == 2 else base
    return _linked(graph, trees.compose(graph, matrix), classes)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.strip("[]").split(",")]


def _xgboost_tree(tree: Mapping[str, Any]) -> Tree:
    begins = dict(zip(tree["categories_nodes"], tree["categories_segments"], strict=True))
    sizes = dict(zip(tree["categories_nodes"], tree["categories_sizes"], strict=True))

    def branch(place: int) -> Tree:
        left = int(tree["left_children"][place])
        if left < 0:
            return float(np.float32(tree["split_conditions"][place]))
        yes, no = branch(left), branch(int(tree["right_children"][place]))
        feature, missing_is_left = int(tree["split_indices"][place]), bool(tree["default_left"][place])
        if tree["split_type"][place] == 1:
            begin = begins[place]
            members = [int(code) for code in tree["categories"][begin : begin + sizes[place]]]
            return Split(feature, AMONG, float(members[0]), not missing_is_left, no, yes, members)
        threshold = float(np.float32(tree["split_conditions"][place]))
        return Split(feature, BELOW, threshold, missing_is_left, yes, no)

    return branch(0)


def catboost_prediction(graph: Graph, matrix: str, folder: Path, classes: int) -> str:
    booster = catboost.CatBoost().load_model(str(folder / "model.cbm"))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.json"
        booster.save_model(str(path), format="json")
        model = json.loads(path.read_text(encoding="utf-8"))
    features = model["features_info"]
    if features.get("categorical_features"):
        raise NotPortableError("CatBoost's statistics of categories cannot be told in a graph.")
    floats = {int(feature["feature_index"]): feature for feature in features["float_features"]}
    scale, offsets = model["scale_and_bias"]
    outputs = classes if classes > 2 else 1
    trees = Trees(outputs)
    for output, offset in enumerate(np.atleast_1d(offsets)[:outputs]):
        trees.offsets[output] = float(offset)
    for tree in model["oblivious_trees"]:
        values = np.asarray(tree["leaf_values"], dtype=np.float64).reshape(-1, outputs) * float(scale)
        for output in range(outputs):
            trees.add(_catboost_tree(tree["splits"] or [], values[:, output], floats), output)
    return _linked(graph, trees.compose(graph, matrix), classes)


def _catboost_tree(splits: list[Any], values: Any, floats: Mapping[int, Any]) -> Tree:
    def branch(level: int, leaf: int) -> Tree:
        if level == len(splits):
            return float(values[leaf])
        feature = floats[int(splits[level]["float_feature_index"])]
        return Split(
            int(feature["flat_feature_index"]),
            ABOVE,
            float(np.float32(splits[level]["border"])),
            feature["nan_value_treatment"] == "AsTrue",
            branch(level + 1, leaf | 1 << level),
            branch(level + 1, leaf),
        )

    return branch(0, 0)


def _linked(graph: Graph, raw: str, classes: int) -> str:
    """(rows, classes) probabilities, or (rows, 1) values, of the sums of trees."""
    if classes == 0:
        return raw
    if classes > 2:
        return graph.add("Softmax", raw, axis=1)
    return both(graph, graph.add("Sigmoid", raw))


def both(graph: Graph, positive: str) -> str:
    return graph.add("Concat", graph.add("Sub", graph.number(1.0), positive), positive, axis=1)
