"""Reads an edited file back into steps: docs/decisions/007-code-and-steps.md. It is only looked at, never run."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from .channel import Channel
from .check_code import check, fault, find_hidden
from .code_text import names_in_code
from .compile_steps import CUSTOM, END, source
from .errors import RunnerError
from .own_code import MARKER, Statement, appended, is_future, is_script, parse, statements, step_class
from .parameters import fault_in
from .protocol import CodeFault, ParseSpec, RunStep
from .registry import steps as catalogue
from .step_sources import step_sources
from .steps.base import Step

MAXIMUM_BYTES = 256 * 1024
WHOLE = "Edited outside the steps: the whole file is one step."


@dataclass(frozen=True)
class Block:
    """`text`: everything below the marker. `line`: of its first line in the file."""

    text: str
    line: int
    reason: str
    code: str
    statements: list[Statement]


@dataclass(frozen=True)
class Sections:
    header: str
    blocks: list[Block]
    footer: str


def parse_code(spec: ParseSpec, channel: Channel) -> None:
    steps, faults = read_steps(spec, _text(Path(spec["code"])), _text(Path(spec["original"])))
    channel.emit({"type": "parsed", "steps": steps, "faults": faults[:100]})


def _text(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > MAXIMUM_BYTES:
        raise RunnerError("SPEC_INVALID", f"The code has more than {MAXIMUM_BYTES} bytes.")
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def read_steps(spec: ParseSpec, code: str, original: str) -> tuple[list[RunStep], list[CodeFault]]:
    try:
        found = statements(code)
    except SyntaxError as error:
        told = fault("syntax", f"This is not Python: {error.msg}.", line=error.lineno or 1)
        return [], [{**told, "column": error.offset or None}]
    hidden = find_hidden(code)
    if hidden:
        return [], hidden
    before = None if _is_whole(spec["steps"]) else _sections(original)
    sections = _sections(code, found)
    if sections is not None:
        reader = Reader(spec, sections, before)
        steps = reader.steps()
        if reader.faults and _frames(sections) == _frames(before):
            return steps, reader.faults
        if not reader.faults:
            try:
                compiled = source({**spec, "steps": steps})
            except RunnerError as error:
                return steps, [fault("names", error.message)]
            if _frames(sections) in (_frames(before), _frames(_sections(compiled))):
                return steps, reader.checked(steps)
    return _whole(spec, code, found, original if before else "")


def _frames(sections: Sections | None) -> tuple[str, str] | None:
    return None if sections is None else (_trimmed(sections.header), _trimmed(sections.footer))


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _whole(spec: ParseSpec, code: str, found: list[Statement], original: str) -> tuple[list[RunStep], list[CodeFault]]:
    """`original`: what was compiled, if it was; of it nothing needs to be looked at."""
    reason = spec["steps"][0].get("reason", WHOLE) if _is_whole(spec["steps"]) else WHOLE
    step: RunStep = {"key": CUSTOM, "columns": [], "parameters": {}, "reason": reason, "code": code}
    known = {ast.dump(one.node) for text in (original, source({**spec, "steps": []})) for one in statements(text)}
    faults = check([one.node for one in found if ast.dump(one.node) not in known])
    if not is_script(code):
        faults.append(fault("contract", "The file needs the functions fit(train, target) and transform(rows, state)."))
    return [step], [{**one, "step": 0} for one in faults]


def _is_whole(steps: list[RunStep]) -> bool:
    return len(steps) == 1 and steps[0]["key"] == CUSTOM and is_script(steps[0].get("code", ""))


def _sections(code: str, found: list[Statement] | None = None) -> Sections | None:
    """None: there are no blocks, or not as they should be."""
    found = statements(code) if found is None else found
    lines = code.split("\n")
    marks = [number for number, text in _comments(code) if MARKER.match(text)]
    ends = [number for number in marks if END in lines[number - 1]]
    if len(ends) != 1 or marks[-1] != ends[0]:
        return None
    blocks = [
        _block(lines[first : last - 1], first + 1, [one for one in found if first < one.node.lineno < last])
        for first, last in pairwise(marks)
    ]
    return Sections("\n".join(lines[: marks[0] - 1]), blocks, "\n".join(lines[ends[0] :]))


def _comments(code: str) -> Iterator[tuple[int, str]]:
    """Comments that begin their line; what looks like one within a text is none."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT and token.start[1] == 0:
            yield token.start[0], token.string


def _block(lines: list[str], line: int, found: list[Statement]) -> Block:
    comments = 0
    while comments < len(lines) and lines[comments].startswith("#"):
        comments += 1
    reason = " ".join(text.removeprefix("#").strip() for text in lines[:comments])
    code = "\n".join(lines[comments:]).strip("\n")
    return Block(_trimmed("\n".join(lines)), line, reason, code, found)


class Reader:
    """Takes the steps from the blocks of one file."""

    def __init__(self, spec: ParseSpec, sections: Sections, before: Sections | None) -> None:
        self.faults: list[CodeFault] = []
        self._spec = spec
        self._blocks = [block for block in sections.blocks if block.statements]
        names = names_in_code(spec["columns"], spec["target"])
        self._columns = {name: column for column, name in names.items()}
        former = before.blocks if before is not None and len(before.blocks) == len(spec["steps"]) else []
        self._former = list(zip(former, spec["steps"], strict=False))
        self._kinds = {kind.__name__: kind for kind in catalogue().values()}
        self._known = self._definitions()
        self._changed = {
            name: one
            for block in self._blocks
            for one in block.statements
            for name in one.names
            if name in self._known and not self._is_known(one)
        }

    def _definitions(self) -> dict[str, set[str]]:
        """What the classes of the catalogue look like, here and in the file as it was."""
        known: dict[str, set[str]] = {}
        texts = list(step_sources(list(self._kinds.values()), "").own.values())
        texts += [block.code for block, step in self._former if step["key"] != CUSTOM]
        for text in texts:
            for one in statements(text):
                for name, meaning in one.names.items():
                    known.setdefault(name, set()).add(meaning)
        return known

    def _is_known(self, one: Statement) -> bool:
        return all(meaning in self._known.get(name, set()) for name, meaning in one.names.items())

    def steps(self) -> list[RunStep]:
        return [self._step(place, block) for place, block in enumerate(self._blocks)]

    def _step(self, place: int, block: Block) -> RunStep:
        uses = {part.id for one in block.statements for part in ast.walk(one.node) if isinstance(part, ast.Name)}
        if not uses & set(self._changed):
            for former, step in self._former:
                if former.text == block.text:
                    return step
        calls = [(one, made) for one in block.statements if (made := appended(one.node)) is not None]
        if len(calls) == 1 and not uses & set(self._changed):
            planned = self._of_catalogue(place, block, calls[0][1])
            if planned is not None:
                return planned
        if not calls:
            self._tell(place, "no_call", "This block adds no step: end it with STEPS.append(…), or delete it.", block)
        return {"key": CUSTOM, "columns": [], "parameters": {}, "reason": block.reason, "code": self._own(block, uses)}

    def _of_catalogue(self, place: int, block: Block, made: ast.expr) -> RunStep | None:
        """A step of the catalogue with other values; None where it is more than that."""
        match made:
            case ast.Call(func=ast.Name(id=name), args=[ast.expr() as given], keywords=keywords) if name in self._kinds:
                pass
            case _:
                return None
        if not all(appended(one.node) is made or self._is_known(one) for one in block.statements):
            return None
        try:
            columns = ast.literal_eval(given)
            values = {keyword.arg: _plain(ast.literal_eval(keyword.value)) for keyword in keywords if keyword.arg}
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
        if len(values) < len(keywords) or not isinstance(columns, (list, tuple)):
            return None
        kind: type[Step] = self._kinds[name]
        for column in columns:
            if column not in self._columns:
                message = f"There is no column {column!r} to be named here; columns that steps make are not."
                self._tell(place, "column", message, made)
        wrong = fault_in(kind, values)
        if wrong is not None:
            self._tell(place, "parameter", wrong, made)
        return {
            "key": kind.key,
            "columns": [self._columns[column] for column in columns if column in self._columns],
            "parameters": values,
            "reason": block.reason,
        }

    def _own(self, block: Block, uses: set[str]) -> str:
        """The code of the block, with the changed classes that stand in another one."""
        here = {name for one in block.statements for name in one.names}
        borrowed = [one.source for name, one in self._changed.items() if name in uses - here]
        code = "\n\n\n".join([*dict.fromkeys(borrowed), block.code])
        calls = [one for one in block.statements if appended(one.node) is not None]
        try:
            default = f"STEPS.append({step_class(code)}())"
        except RunnerError:
            return code
        if len(calls) == 1 and ast.dump(calls[0].node) == ast.dump(parse(default).body[0]):
            code = code.replace(calls[0].source, "", 1).strip("\n")
        return code

    def checked(self, steps: list[RunStep]) -> list[CodeFault]:
        """What is to be said of own code among the steps."""
        found: list[CodeFault] = []
        for place, (block, step) in enumerate(zip(self._blocks, steps, strict=True)):
            if step["key"] == CUSTOM:
                nodes = [one.node for one in block.statements if not is_future(one.node)]
                found += [{**one, "step": place} for one in check(nodes)]
        return found

    def _tell(self, place: int, rule: str, message: str, where: Block | ast.AST) -> None:
        line = where.line if isinstance(where, Block) else None
        node = None if isinstance(where, Block) else where
        self.faults.append({**fault(rule, message, node, line), "step": place})


def _plain(value: Any) -> Any:
    """As JSON would hold it."""
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value
