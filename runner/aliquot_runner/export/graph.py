"""An ONNX graph under construction. Tensors are known by their names; every number inside it is a double."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
OPSET_OF_TREES = 5
FILE_FORMAT = 10
TREES = "ai.onnx.ml"


class NotPortableError(Exception):
    """What the model needs cannot be said in a graph; the message is for people."""


class Graph:
    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: dict[str, Any] = {}
        self._known: dict[tuple[str, bytes, tuple[int, ...]], str] = {}
        self._count = 0

    def input(self, name: str, kind: int, note: str) -> str:
        """A column of the user, (rows, 1); declared at its first use."""
        if name not in self._inputs:
            self._inputs[name] = helper.make_tensor_value_info(name, kind, ["rows", 1], doc_string=note)
        return name

    def inputs(self) -> list[str]:
        return list(self._inputs)

    def constant(self, values: Any) -> str:
        array = np.asarray(values)
        # Objects are strings, which have no bytes of their own to compare.
        key = (str(array.dtype), array.tobytes() if array.dtype != object else repr(array).encode(), array.shape)
        if array.dtype == object or key not in self._known:
            self._known[key] = self._fresh()
            self._constants.append(numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

    def number(self, value: float) -> str:
        return self.constant(np.array(value, dtype=np.float64))

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        output = self._fresh()
        node = helper.make_node(operator, list(inputs), [output], domain=domain, **attributes)
        self._nodes.append(node)
        return output

    def add_node(self, node: Any) -> str:
        """A node made by hand that has one output yet to be named."""
        output = self._fresh()
        node.output.append(output)
        self._nodes.append(node)
        return output

    def cast(self, tensor: str, kind: int) -> str:
        return self.add("Cast", tensor, to=kind)

    def where_missing(self, numbers: str, then: str, otherwise: str) -> str:
        return self.add("Where", self.add("IsNaN", numbers), then, otherwise)

    def lookup(self, texts: str, values: Mapping[str, Any], default: Any) -> str:
        """The value of each text; numbers come out as doubles."""
        names = list(values)
        given = helper.make_tensor("keys", TensorProto.STRING, [len(names)], [name.encode() for name in names])
        if isinstance(default, str):
            found = helper.make_tensor(
                "values", TensorProto.STRING, [len(names)], [values[name].encode() for name in names]
            )
            return self.add(
                "LabelEncoder",
                texts,
                domain=TREES,
                keys_tensor=given,
                values_tensor=found,
                default_tensor=helper.make_tensor("default", TensorProto.STRING, [1], [default.encode()]),
            )
        found = helper.make_tensor("values", TensorProto.DOUBLE, [len(names)], [float(values[name]) for name in names])
        return self.add(
            "LabelEncoder",
            texts,
            domain=TREES,
            keys_tensor=given,
            values_tensor=found,
            default_tensor=helper.make_tensor("default", TensorProto.DOUBLE, [1], [float(default)]),
        )

    def model(self, outputs: Mapping[str, tuple[str, int, int]], notes: Mapping[str, str]) -> bytes:
        """The file. `outputs`: the tensor, its kind and its width by name; `notes`: its metadata."""
        named = [helper.make_node("Identity", [tensor], [name]) for name, (tensor, _, _) in outputs.items()]
        graph = helper.make_graph(
            [*self._nodes, *named],
            "aliquot",
            list(self._inputs.values()),
            [
                helper.make_tensor_value_info(name, kind, ["rows", width] if width else ["rows"])
                for name, (_, kind, width) in outputs.items()
            ],
            self._constants,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(TREES, OPSET_OF_TREES)],
            ir_version=FILE_FORMAT,
            producer_name="aliquot",
        )
        helper.set_model_props(model, dict(notes))
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))

    def _fresh(self) -> str:
        self._count += 1
        return f"aliquot:{self._count}"
