"""Writes steps as Python that runs alone: the very classes that training uses, each in a block with its call."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import compiled_parts as parts
from .archive import artifact
from .channel import Channel
from .code_text import assigned, call, marker, names_in_code, printable, quoted
from .errors import RunnerError
from .own_code import MARKER, Names, appended, is_script, parse, statements, step_class
from .preparation import make_steps
from .protocol import CompileSpec, ParseSpec, RunStep
from .step_sources import StepSources, step_sources
from .steps.base import Step

NAME = "pipeline.py"
CUSTOM = "custom"
END = "End of the steps"
PARSED = ("integer", "number", "datetime")
"""Column types of which whatever does not read so is missing."""
TASKS = {
    "BINARY_CLASSIFICATION": "two classes",
    "MULTICLASS_CLASSIFICATION": "several classes",
    "REGRESSION": "a number",
}
FUNCTIONS = (parts.read, parts.checked, parts.fit_transform, parts.fit, parts.transform, parts.TypedFrame)
PROGRAM = (parts.read_csv, parts.main)

HEADER = '''"""Prepares data for a model. Written by Aliquot.

Data set:  {dataset}
Predicts:  {target}, {task}
Strategy:  {strategy}

Run it:    python pipeline.py train.csv                       learns from train.csv and writes prepared.csv beside it
           python pipeline.py train.csv other.csv result.csv  learns from train.csv and prepares other.csv
Import it: state = fit(train, target), then transform(rows, state); fit_transform(train, target) answers both the state
           and the training rows prepared. All take tables with the columns of your file.

Needs {needs}. Each step stands in a block of its own: change what it is called with, change its class, move
it, delete it, or add a block with a class of yours that has fit(X, y) and transform(X).
"""'''


def compile_steps(spec: CompileSpec, channel: Channel, out: Path) -> None:
    (out / NAME).write_text(source(spec), encoding="utf-8")
    channel.emit({"type": "compiled", "artifact": artifact(out / NAME, NAME, "text/x-python")})


def source(spec: CompileSpec | ParseSpec) -> str:
    """The whole file. Raises RunnerError SPEC_INVALID for a step that is none, or own code that does not fit in."""
    script = _script(spec["steps"])
    if script is not None:
        return script
    kinds = _kinds(spec)
    functions = [inspect.getsource(part).strip() for part in (*FUNCTIONS, *PROGRAM)]
    formats = _formats(spec)
    if formats:
        functions.insert(-1, inspect.getsource(parts.plain).strip())
    else:
        functions[-2] = functions[-2].replace(_FORMAT_LINES, "").replace("table: pd.DataFrame = ", "return ")
    own = [step.get("code", "") for step in spec["steps"]]
    sources = step_sources([type(kind) for kind in kinds if kind], "\n".join([*functions, *own]), [parts])
    header = "\n\n\n".join([_heading(spec, sources, formats), *sources.shared, "STEPS: list[Any] = []"])
    footer = "\n\n\n".join([marker(END), *functions, 'if __name__ == "__main__":\n    main(sys.argv[1:])'])
    blocks = _blocks(spec, kinds, sources, f"{header}\n{footer}")
    return "\n\n\n".join([header, *blocks, footer]) + "\n"


_FORMAT_LINES = """
    for heading, form in FORMATS.items():
        if heading in table.columns:
            table[heading] = plain(table[heading], form)
    return table"""


def _script(steps: list[RunStep]) -> str | None:
    """The text of a plan that is one whole file."""
    for number, step in enumerate(steps, start=1):
        if step["key"] == CUSTOM and _readable(step, number) and is_script(step["code"]):
            if len(steps) > 1:
                raise RunnerError("SPEC_INVALID", f"Step {number} is a whole file: it cannot stand beside others.")
            return step["code"]
    return None


def _readable(step: RunStep, number: int) -> bool:
    try:
        parse(step.get("code", ""))
    except SyntaxError as error:
        raise RunnerError("SPEC_INVALID", f"Step {number}, line {error.lineno or 1}: {error.msg}.") from error
    return True


def _kinds(spec: CompileSpec | ParseSpec) -> list[Step | None]:
    """The step of the catalogue at each place, working on the names that the code uses; None: own code."""
    names = names_in_code(spec["columns"], spec["target"])
    inputs = [column for column in spec["columns"] if column["name"] != spec["target"]]
    kinds: list[Step | None] = []
    for step in spec["steps"]:
        if step["key"] == CUSTOM:
            kinds.append(None)
            continue
        [made] = make_steps([step], inputs)
        made.columns = [names[name] for name in made.columns if name in names]
        kinds.append(made)
    return kinds


def _heading(spec: CompileSpec | ParseSpec, sources: StepSources, formats: Mapping[str, Any]) -> str:
    names = names_in_code(spec["columns"], spec["target"])
    inputs = [column for column in spec["columns"] if column["name"] != spec["target"]]
    labels = {column["name"]: column["label"] for column in spec["columns"]}
    types = {names[column["name"]]: column["type"] for column in inputs}
    headings = {name: labels[column] for column, name in names.items() if name != labels[column]}
    needs = ["numpy", "pandas", *(library for library in ("scipy", "scikit-learn") if _imports(library, sources))]
    text = HEADER.format(
        dataset=quoted(spec["dataset"]),
        target=quoted(labels[spec["target"]]),
        task=TASKS[spec["taskType"]],
        strategy=quoted(spec["strategy"])[1:-1],
        needs=f"{', '.join(needs[:-1])} and {needs[-1]}",
    )
    settings = [f"# The input columns of the file, and what each is seen as.\n{assigned('COLUMNS', types)}"]
    note = "# How columns are called in the file whose names would be mistaken for something else here."
    settings.append(f"{note}\n{assigned('HEADINGS', headings)}" if headings else assigned("HEADINGS", {}))
    settings.append(f"TARGET = {quoted(labels[spec['target']])}\nIS_REGRESSION = {spec['taskType'] == 'REGRESSION'}")
    settings.append(f"# How the file is read.\n{assigned('CSV', _reading(spec))}")
    if formats:
        settings.append(f"# How columns are written in the file.\n{assigned('FORMATS', formats)}")
    return "\n\n".join([text, "from __future__ import annotations", sources.imports, *settings])


def _imports(library: str, sources: StepSources) -> bool:
    module = {"scikit-learn": "sklearn"}.get(library, library)
    return f"import {module}" in sources.imports or f"from {module}" in sources.imports


def _reading(spec: CompileSpec | ParseSpec) -> dict[str, Any]:
    """Arguments of pandas.read_csv."""
    reading = spec.get("reading")
    if reading is None:
        return {"encoding": "utf-8-sig", "na_values": [""]}
    encoding = reading["encoding"].lower()
    found: dict[str, Any] = {
        "sep": reading["delimiter"],
        "encoding": "utf-8-sig" if encoding in ("utf-8", "utf8", "ascii") else encoding,
    }
    if reading["quote"] == "":
        found["quoting"] = 3
    elif reading["quote"] != '"':
        found["quotechar"] = reading["quote"]
    if reading["skipRows"] > 0:
        found["skiprows"] = reading["skipRows"]
    if not reading["hasHeader"]:
        found |= {"header": None, "names": [column["label"] for column in spec["columns"]]}
    return found | {"na_values": ["", *_shared_spellings(spec)]}


def _shared_spellings(spec: CompileSpec | ParseSpec) -> list[str]:
    """What stands for “no value” in every column of text; in the others no text is a value."""
    formats = spec["reading"]["formats"] if "reading" in spec else {}
    texts = [column["name"] for column in spec["columns"] if column["type"] not in PARSED]
    spellings = [set(formats[name]["missing"]) if name in formats else set() for name in texts]
    return sorted(set.intersection(*spellings)) if spellings else []


def _formats(spec: CompileSpec | ParseSpec) -> dict[str, Any]:
    """By heading, only what is unusual."""
    reading = spec.get("reading")
    labels = {column["name"]: column["label"] for column in spec["columns"]}
    if reading is None:
        return {}
    usual: dict[str, Any] = {"decimal": ".", "thousands": "", "unit": "", "dates": None, "missing": []}
    parsed = {column["name"] for column in spec["columns"] if column["type"] in PARSED}
    shared = set(_shared_spellings(spec))
    found: dict[str, Any] = {}
    for name, form in reading["formats"].items():
        missing = [] if name in parsed else [spelling for spelling in form["missing"] if spelling not in shared]
        told = {key: value for key, value in {**form, "missing": missing}.items() if value != usual[key]}
        if told and name in labels:
            found[labels[name]] = told
    return found


def _blocks(spec: CompileSpec | ParseSpec, kinds: list[Step | None], sources: StepSources, around: str) -> list[str]:
    taken = {name: meaning for one in statements(around) for name, meaning in one.names.items()}
    for text in sources.own.values():
        taken |= {name: meaning for one in statements(text) for name, meaning in one.names.items()}
    names = Names(taken)
    written: set[type[Step]] = set()
    blocks = []
    for number, (step, kind) in enumerate(zip(spec["steps"], kinds, strict=True), start=1):
        if kind is None:
            title, body = _own(step["code"], names, number)
        else:
            title = kind.label
            body = call(type(kind).__name__, kind.columns, step["parameters"])
            if type(kind) not in written:
                body = f"{sources.own[type(kind)]}\n\n\n{body}"
            written.add(type(kind))
        blocks.append("\n".join([marker(f"Step {number}: {title}"), *_comment(step.get("reason", "")), "\n", body]))
    return blocks


def _own(code: str, names: Names, number: int) -> tuple[str, str]:
    try:
        calls = [step for one in statements(code) if (step := appended(one.node)) is not None]
        body = names.add(code)
        if calls:
            return "own code", body
        name = step_class(code)
    except RunnerError as error:
        raise RunnerError(error.code, f"Step {number}: {error.message}") from error
    if any(MARKER.match(line) for line in code.splitlines()):
        raise RunnerError("SPEC_INVALID", f"Step {number}: leave out the lines that part the steps of a file.")
    return name, "\n\n\n".join(filter(None, [body, f"STEPS.append({name}())"]))


def _comment(reason: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(printable(reason), 117)]
