"""Decision trees of any library as one node of a graph."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from onnx import TensorProto, helper

from .graph import TREES, Graph, NotPortableError

AT_MOST: Final = 0
BELOW: Final = 1
ABOVE: Final = 3
AMONG: Final = 6

SUM: Final = 1
BYTES_PER_SPLIT = 30
BYTES_PER_LEAF = 12
MAXIMUM_BYTES = 30_000_000


@dataclass(frozen=True)
class Split:
    """Rows for which `mode` holds of the feature and `value` go to `yes`; `members`: codes, where the mode is AMONG."""

    feature: int
    mode: int
    value: float
    missing_is_yes: bool
    yes: Tree
    no: Tree
    members: Sequence[int] = ()


Tree = Split | float


class Trees:
    """A sum of trees that has one or more outputs."""

    def __init__(self, outputs: int) -> None:
        self.offsets = [0.0] * outputs
        self._roots = array("q")
        self._features = array("q")
        self._modes = array("q")
        self._values = array("d")
        self._yes = array("q")
        self._no = array("q")
        self._yes_is_leaf = array("q")
        self._no_is_leaf = array("q")
        self._missing = array("q")
        self._members = array("d")
        self._leaf_outputs = array("q")
        self._leaf_values = array("d")

    @property
    def estimated_bytes(self) -> int:
        return len(self._features) * BYTES_PER_SPLIT + len(self._leaf_values) * BYTES_PER_LEAF

    def add(self, tree: Tree, output: int) -> None:
        if isinstance(tree, float):
            self.offsets[output] += tree
            return
        self._roots.append(len(self._features))
        self._split(tree, output)
        if self.estimated_bytes > MAXIMUM_BYTES:
            raise NotPortableError("Its trees are too large for a file of 30 MB.")

    def compose(self, graph: Graph, matrix: str) -> str:
        """(rows, outputs)"""
        offsets = graph.constant([self.offsets])
        if not self._roots:
            rows = graph.add("Shape", matrix, start=0, end=1)
            shape = graph.add("Concat", rows, graph.constant([1]), axis=0)
            return graph.add("Add", offsets, graph.add("Expand", graph.number(0.0), shape))
        node = helper.make_node("TreeEnsemble", [matrix], [], domain=TREES)
        whole: dict[str, Sequence[int]] = {
            "tree_roots": self._roots,
            "nodes_featureids": self._features,
            "nodes_truenodeids": self._yes,
            "nodes_falsenodeids": self._no,
            "nodes_trueleafs": self._yes_is_leaf,
            "nodes_falseleafs": self._no_is_leaf,
            "nodes_missing_value_tracks_true": self._missing,
            "leaf_targetids": self._leaf_outputs,
        }
        for name, numbers in whole.items():
            attribute = node.attribute.add(name=name, type=_INTEGERS)
            attribute.ints.extend(numbers)
        tensors: dict[str, Any] = {
            "nodes_splits": _doubles(self._values),
            "leaf_weights": _doubles(self._leaf_values),
            "nodes_modes": helper.make_tensor(
                "modes", TensorProto.UINT8, [len(self._modes)], bytes(self._modes.tolist()), True
            ),
        }
        if self._members:
            tensors["membership_values"] = _doubles(self._members)
        for name, tensor in tensors.items():
            node.attribute.append(helper.make_attribute(name, tensor))
        for name, number in (("n_targets", len(self.offsets)), ("aggregate_function", SUM), ("post_transform", 0)):
            node.attribute.append(helper.make_attribute(name, number))
        return graph.add("Add", graph.add_node(node), offsets)

    def _split(self, tree: Split, output: int) -> int:
        place = len(self._features)
        self._features.append(tree.feature)
        self._modes.append(tree.mode)
        self._values.append(tree.value)
        self._missing.append(int(tree.missing_is_yes))
        for numbers in (self._yes, self._no, self._yes_is_leaf, self._no_is_leaf):
            numbers.append(0)
        if tree.mode == AMONG:
            self._members.extend([*map(float, tree.members), float("nan")])
        self._yes[place], self._yes_is_leaf[place] = self._branch(tree.yes, output)
        self._no[place], self._no_is_leaf[place] = self._branch(tree.no, output)
        return place

    def _branch(self, tree: Tree, output: int) -> tuple[int, int]:
        if isinstance(tree, Split):
            return self._split(tree, output), 0
        self._leaf_outputs.append(output)
        self._leaf_values.append(tree)
        return len(self._leaf_values) - 1, 1


_INTEGERS: Final = helper.make_attribute("", [0]).type


def _doubles(values: array[float]) -> Any:
    return helper.make_tensor("values", TensorProto.DOUBLE, [len(values)], values.tobytes(), True)
