"""Text of strangers as Python: literals that hold it whatever it is, and names that columns can have in code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .protocol import RunColumn

WIDTH = 110
LONGEST_NAME = 80


def quoted(text: str) -> str:
    """A literal of the text; also in the midst of a documentation string it ends nothing and hides nothing."""
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in json.dumps(text, ensure_ascii=False))


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"


def printable(text: str) -> str:
    """On one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def literal(value: Any, indent: int = 0) -> str:
    """On one line where there is room for it."""
    line = _line(value)
    if len(line) + indent <= WIDTH or not isinstance(value, (list, dict)) or not value:
        return line
    inner = " " * (indent + 4)
    if isinstance(value, dict):
        entries = [f"{quoted(str(key))}: {literal(entry, indent + 4)}" for key, entry in value.items()]
        text = "".join(f"{inner}{entry},\n" for entry in entries)
        return f"{{\n{text}{' ' * indent}}}"
    return f"[\n{_filled([literal(entry, indent + 4) for entry in value], inner)}\n{' ' * indent}]"


def _filled(entries: Sequence[str], inner: str) -> str:
    lines = [""]
    for entry in entries:
        if lines[-1] and len(inner) + len(lines[-1]) + len(entry) > WIDTH:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{entry},"
    return "\n".join(f"{inner}{line}" for line in lines)


def _line(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{quoted(str(key))}: {_line(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_line, value))}]"
    return repr(value)


def assigned(name: str, value: Mapping[str, Any]) -> str:
    kind = "dict[str, str]" if all(isinstance(entry, str) for entry in value.values()) else "dict[str, Any]"
    return f"{name}: {kind} = {literal(dict(value))}"


def call(name: str, columns: Sequence[str], values: Mapping[str, Any]) -> str:
    arguments = [literal(list(columns), 4), *(f"{key}={literal(value, 4)}" for key, value in values.items())]
    line = f"STEPS.append({name}({', '.join(arguments)}))"
    if "\n" not in line and len(line) <= WIDTH:
        return line
    inner = "".join(f"    {argument},\n" for argument in arguments)
    return f"STEPS.append({name}(\n{inner}))"


def marker(title: str) -> str:
    return f"# ==== {title} ".ljust(WIDTH, "=")


def names_in_code(columns: Sequence[RunColumn], target: str) -> dict[str, str]:
    """What the code calls each input column: as the file does, unless that could be mistaken for a derived column."""
    labels = {column["name"]: column["label"] for column in columns if column["name"] != target}
    taken: set[str] = set()
    names: dict[str, str] = {}
    for column, label in labels.items():
        heads = {label[:place] for place, sign in enumerate(label) if sign == "."}
        plain = label.replace(".", "·") if heads & set(labels.values()) else label
        plain = "".join(sign if sign.isprintable() else " " for sign in plain).strip()[:LONGEST_NAME] or "column"
        name, number = plain, 2
        while name in taken or (name != label and name in labels.values()):
            name, number = f"{plain} {number}", number + 1
        taken.add(name)
        names[column] = name
    return names
