"""Looks through code for what would not work later on, and tells its author where.

A courtesy: what protects is the sandbox.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from .protocol import CodeFault

MODULES = {
    *("__future__", "abc", "bisect", "calendar", "collections", "copy", "dataclasses", "datetime", "decimal", "enum"),
    *("fractions", "functools", "hashlib", "heapq", "itertools", "json", "math", "numbers", "operator", "random", "re"),
    *("statistics", "string", "textwrap", "typing", "unicodedata", "warnings", "zlib"),
    *("numpy", "pandas", "scipy", "sklearn"),
}
NAMES = {
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), "runs text as code"),
    **dict.fromkeys(("open", "input", "breakpoint"), "talks to the world outside the table"),
    **dict.fromkeys(("os", "sys", "subprocess", "socket", "shutil", "ctypes", "builtins"), "is out of reach"),
    **dict.fromkeys(("globals", "locals", "vars", "__builtins__"), "reaches past its own class"),
}
FILES = {
    *("load", "save", "savez", "savez_compressed", "loadtxt", "savetxt", "genfromtxt", "fromfile", "tofile", "memmap"),
    *("to_csv", "to_parquet", "to_pickle", "to_feather", "to_hdf", "to_sql", "to_excel", "ExcelFile", "HDFStore"),
}
MODULE_NAMES = {"np", "numpy", "pd", "pandas"}
PLAIN_DUNDERS = {"__class__", "__dict__", "__doc__", "__init__", "__len__", "__name__", "__post_init__"}
HIDDEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x2060, 0xFEFF}


def fault(rule: str, message: str, node: ast.AST | None = None, line: int | None = None) -> CodeFault:
    column = None if node is None else getattr(node, "col_offset", 0) + 1
    place = line if node is None else getattr(node, "lineno", None)
    return {"line": place, "column": column, "step": None, "rule": rule, "message": message}


def find_hidden(code: str) -> list[CodeFault]:
    """Signs that make code look other than it is."""
    found: list[CodeFault] = []
    for number, line in enumerate(code.split("\n"), start=1):
        for place, sign in enumerate(line, start=1):
            if ord(sign) in HIDDEN or (sign < " " and sign not in "\t\f"):
                message = f"The sign U+{ord(sign):04X} cannot be seen: write it as an escape, or take it out."
                found.append(fault("hidden_sign", message, line=number) | {"column": place})
                break
    return found


def check(nodes: Sequence[ast.stmt]) -> list[CodeFault]:
    """Faults of this code, in the order of its lines."""
    found = [one for node in nodes for part in ast.walk(node) for one in _faults(part)]
    found += [one for node in nodes for part in ast.walk(node) for one in _printed(part)]
    return sorted(found, key=lambda one: (one["line"] or 0, one["column"] or 0))


def _faults(node: ast.AST) -> Iterator[CodeFault]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _import(alias.name, node)
        case ast.ImportFrom(module=module, level=level):
            yield from _import("." if level else module or "", node)
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            yield fault("name", f"“{name}” {NAMES[name]}: a step only sees the table that it is given.", node)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in MODULE_NAMES and _is_file(name):
            yield fault("file", f"“{module}.{name}” works on files, and there are none: use the table.", node)
        case ast.Attribute(attr=name) if name in FILES and name.startswith("to_"):
            yield fault("file", f"“{name}” works on files, and there are none: use the table.", node)
        case ast.Attribute(attr=name) if name.startswith("__") and name not in PLAIN_DUNDERS:
            yield fault("name", f"“{name}” reaches past its own class.", node)


def _import(module: str, node: ast.stmt) -> Iterator[CodeFault]:
    first = module.partition(".")[0]
    if first not in MODULES:
        message = f"“{first}” cannot be imported here; numpy, pandas, scipy, sklearn and plain modules of Python can."
        yield fault("import", message, node)


def _is_file(name: str) -> bool:
    return name in FILES or name.startswith("read_")


def _printed(node: ast.AST) -> Iterator[CodeFault]:
    """Targets that are printed: the second argument of `fit`, under whatever name."""
    if not isinstance(node, ast.FunctionDef) or node.name not in ("fit", "fit_transform"):
        return
    arguments = [argument.arg for argument in node.args.args if argument.arg != "self"]
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Name(id="print")):
                names = {inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name)}
                if names & set(arguments[1:]):
                    yield fault("prints_target", "The target is not to be printed.", part)
