"""python -m aliquot_runner VERB in/spec.json, or script in/script.py, or catalog, or apply MODEL.zip ROWS.csv."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import custom, warm  # noqa: F401
from .catalog import catalog
from .channel import Channel
from .compile_steps import compile_steps
from .errors import RunnerError
from .measure import measure
from .parse_code import parse_code
from .predict import predict
from .protocol import CompileSpec, MeasureSpec, ParseSpec, PredictSpec, SplitSpec, TrainSpec, VerifySpec
from .spec import read_spec
from .split import split
from .stand_alone import apply
from .train import train
from .verify import verify

OUR_VERBS = ("train", "predict", "compile", "parse", "split", "measure", "verify")
CUSTOM_VERBS = ("fit", "transform", "script")
USAGE = (
    f"usage: aliquot_runner ({'|'.join((*OUR_VERBS, 'fit', 'transform'))}) SPEC.json | script FILE.py | catalog"
    " | apply MODEL.zip ROWS.csv"
)
EXIT_FAILED = 1
EXIT_USAGE = 2


def main(argv: list[str]) -> int:
    """Runs one verb in the current directory. 0: done; 1: told as the message `failed`; 2: wrong arguments.

    The verbs that run code which is not ours have no event channel: what goes wrong there is printed.
    """
    if argv == ["catalog"]:
        print(json.dumps(catalog(), indent=2, ensure_ascii=False))
        return 0
    if len(argv) == 3 and argv[0] == "apply":
        return _apply(Path(argv[1]), Path(argv[2]))
    if len(argv) != 2 or argv[0] not in OUR_VERBS + CUSTOM_VERBS:
        print(USAGE, file=sys.stderr)
        return EXIT_USAGE
    if argv[0] in CUSTOM_VERBS:
        custom.take_away_events()
        return custom.run(argv[0], Path(argv[1]))
    channel = Channel()
    try:
        _run(argv[0], Path(argv[1]), channel)
    except RunnerError as error:
        channel.emit({"type": "failed", "code": error.code, "message": error.message})
        return EXIT_FAILED
    except MemoryError:
        channel.emit({"type": "failed", "code": "OUT_OF_MEMORY", "message": "The job needs more memory than it has."})
        return EXIT_FAILED
    except Exception as error:
        channel.emit({"type": "failed", "code": "INTERNAL", "message": f"{type(error).__name__} in the runner."})
        raise
    return 0


def _apply(model: Path, rows: Path) -> int:
    try:
        apply(model, rows)
    except (RunnerError, OSError) as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    return 0


def _run(verb: str, path: Path, channel: Channel) -> None:
    out = Path("out")
    out.mkdir(exist_ok=True)
    if verb == "train":
        train(read_spec(path, TrainSpec), channel, out)
    elif verb == "predict":
        predict(read_spec(path, PredictSpec), channel, out)
    elif verb == "verify":
        verify(read_spec(path, VerifySpec), channel, out)
    elif verb == "split":
        split(read_spec(path, SplitSpec), channel, out)
    elif verb == "parse":
        parse_code(read_spec(path, ParseSpec), channel)
    elif verb == "measure":
        measure(read_spec(path, MeasureSpec), channel)
    else:
        compile_steps(read_spec(path, CompileSpec), channel, out)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
