"""The source of step classes as text that runs alone: what they use of the shared module, and the imports of both."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from .steps import base, measures
from .steps.base import Step


@dataclass(frozen=True)
class StepSources:
    """`imports`: lines as at the top of a file. `shared`: definitions that steps share. `own`: those of each step."""

    imports: str
    shared: list[str]
    own: dict[type[Step], str]


@dataclass(frozen=True)
class _Module:
    """By bound name, in the order of the source."""

    imports: dict[str, str]
    definitions: dict[str, tuple[str, set[str]]]


def step_sources(kinds: Sequence[type[Step]], code: str, beside: Sequence[ModuleType] = ()) -> StepSources:
    """`code`: what else stands in the file, taken of the modules `beside`; what it uses of the shared one is there."""
    shared = _merged(_read(base), _read(measures))
    modules = {kind: _read(sys.modules[kind.__module__]) for kind in kinds}
    used = {kind: _closure(module, {kind.__name__}) for kind, module in modules.items()}
    wanted = {"Step", *_words(code)}
    for kind, module in modules.items():
        wanted |= _names(module, used[kind])
    taken = _closure(shared, wanted)
    names = _words(code) | _names(shared, taken)
    names |= {name for kind, module in modules.items() for name in _names(module, used[kind])}
    sources = [shared, *(_read(module) for module in beside), *modules.values()]
    imports = {name: line for module in sources for name, line in module.imports.items()}
    return StepSources(
        _import_block({line for name, line in imports.items() if name in names}),
        [shared.definitions[name][0] for name in taken],
        {kind: "\n\n\n".join(module.definitions[name][0] for name in used[kind]) for kind, module in modules.items()},
    )


def _read(module: ModuleType) -> _Module:
    text = inspect.getsource(module)
    lines = text.splitlines()
    imports: dict[str, str] = {}
    definitions: dict[str, tuple[str, set[str]]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports |= dict(_bindings(node))
        for name in _defined(node):
            if name != "STEP":
                source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                definitions[name] = (source, {part.id for part in ast.walk(node) if isinstance(part, ast.Name)})
    return _Module(imports, definitions)


def _merged(first: _Module, second: _Module) -> _Module:
    return _Module(first.imports | second.imports, first.definitions | second.definitions)


def _bindings(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.ImportFrom) and (node.level > 0 or node.module == "__future__"):
        return
    for alias in node.names:
        line = f"import {alias.name}" if isinstance(node, ast.Import) else f"from {node.module} import {alias.name}"
        yield alias.asname or alias.name, f"{line} as {alias.asname}" if alias.asname else line


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _closure(module: _Module, names: set[str]) -> list[str]:
    """What of the module these names need, in the order of the source."""
    found: set[str] = set()
    waiting = names & set(module.definitions)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= (module.definitions[name][1] & set(module.definitions)) - found
    return [name for name in module.definitions if name in found]


def _names(module: _Module, taken: Sequence[str]) -> set[str]:
    return {name for entry in taken for name in module.definitions[entry][1]}


def _words(code: str) -> set[str]:
    """Names in a piece of code that may have gaps to fill."""
    return set(re.findall(r"\w+", code))


def _import_block(lines: set[str]) -> str:
    """Standard library first, the rest after a blank line."""
    groups: dict[bool, list[str]] = {True: [], False: []}
    for line in _joined(lines):
        groups[line.split()[1].split(".")[0] in sys.stdlib_module_names].append(line)
    order = [sorted(group, key=lambda line: (line.startswith("from"), line)) for group in groups.values()]
    return "\n\n".join("\n".join(group) for group in order if group)


def _joined(lines: set[str]) -> list[str]:
    """What comes from one module in one line."""
    names: dict[str, list[str]] = {}
    for line in sorted(lines):
        module, _, name = line.partition(" import ")
        names.setdefault(module if name else line, []).append(name)
    return [f"{module} import {', '.join(found)}" if found[0] else module for module, found in names.items()]
