"""Python that is not ours, as text: which class of it is the step, and what it must not be called. Never run here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .errors import RunnerError

MARKER = re.compile(r"^# ={4,} (?:Step\b|End of the steps)")


@dataclass(frozen=True)
class Statement:
    """One on the top level, as it is written; `names`: what it defines, each with what stands for it."""

    node: ast.stmt
    source: str
    names: dict[str, str]


def statements(code: str) -> list[Statement]:
    """Raises SyntaxError."""
    lines = code.split("\n")
    found = []
    for node in parse(code).body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        source = "\n".join(lines[first - 1 : node.end_lineno])
        found.append(Statement(node, source, dict(_names(node))))
    return found


def parse(code: str) -> ast.Module:
    """Raises SyntaxError also for what Python tells in another way: NUL characters, nesting without end."""
    try:
        return ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "too deeply nested") from error


def _names(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, ast.dump(node)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            bound = alias.asname or (alias.name if module else alias.name.split(".")[0])
            yield bound, f"import {module}{alias.name if alias.asname or module else bound}"
    else:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id, ast.dump(node)


def is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def is_script(code: str) -> bool:
    """A file of its own: it has the functions that a job calls."""
    names = {node.name for node in parse(code).body if isinstance(node, ast.FunctionDef)}
    return {"fit", "transform"} <= names


def appended(node: ast.stmt) -> ast.expr | None:
    """The step of `STEPS.append(step)`."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id="STEPS"), attr="append"), args=[ast.expr() as step], keywords=[]
            )
        ):
            return step
    return None


def step_class(code: str) -> str:
    """The one class that is the step. Raises RunnerError SPEC_INVALID."""
    classes = [node for node in parse(code).body if isinstance(node, ast.ClassDef)]
    bases = {base.id for node in classes for base in node.bases if isinstance(base, ast.Name)}
    able = [node.name for node in classes if _is_able(node) and node.name not in bases]
    if not able and len(classes) == 1:
        able = [classes[0].name]
    if len(able) != 1:
        seen = f"there are {', '.join(able)}" if able else "there is none"
        raise RunnerError("SPEC_INVALID", f"Define exactly one class with fit and transform; {seen}.")
    return able[0]


def _is_able(node: ast.ClassDef) -> bool:
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return "transform" in methods and bool({"fit", "fit_transform"} & methods)


class Names:
    """What a file has defined so far. Of equal definitions only the first one is written."""

    def __init__(self, taken: Mapping[str, str]) -> None:
        self._taken = dict(taken)

    def add(self, code: str) -> str:
        """The code without what is there already. Raises RunnerError SPEC_INVALID where it means something else."""
        kept = code
        for statement in statements(code):
            for name, meaning in statement.names.items():
                former = self._taken.get(name, meaning)
                if former != meaning:
                    raise RunnerError("SPEC_INVALID", f"“{name}” is defined elsewhere in the file: use another name.")
            if is_future(statement.node) or self._is_repeated(statement):
                kept = kept.replace(statement.source, "", 1)
            self._taken |= statement.names
        return re.sub(r"\n{4,}", "\n\n\n", kept).strip("\n")

    def _is_repeated(self, statement: Statement) -> bool:
        is_definition = isinstance(statement.node, (ast.FunctionDef, ast.ClassDef, ast.Assign))
        return is_definition and bool(statement.names) and set(statement.names) <= set(self._taken)
