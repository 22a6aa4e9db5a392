"""python -m aliquot_runner train|predict|compile in/spec.json, or catalog."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import warm  # noqa: F401
from .catalog import catalog
from .channel import Channel
from .compile_steps import compile_steps
from .errors import RunnerError
from .predict import predict
from .protocol import CompileSpec, PredictSpec, TrainSpec
from .spec import read_spec
from .train import train

USAGE = "usage: aliquot_runner (train|predict|compile) SPEC.json | catalog"
EXIT_FAILED = 1
EXIT_USAGE = 2


def main(argv: list[str]) -> int:
    """Runs one verb in the current directory. 0: done; 1: told as the message `failed`; 2: wrong arguments."""
    if argv == ["catalog"]:
        print(json.dumps(catalog(), indent=2, ensure_ascii=False))
        return 0
    if len(argv) != 2 or argv[0] not in ("train", "predict", "compile"):
        print(USAGE, file=sys.stderr)
        return EXIT_USAGE
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


def _run(verb: str, path: Path, channel: Channel) -> None:
    out = Path("out")
    out.mkdir(exist_ok=True)
    if verb == "train":
        train(read_spec(path, TrainSpec), channel, out)
    elif verb == "predict":
        predict(read_spec(path, PredictSpec), channel, out)
    else:
        compile_steps(read_spec(path, CompileSpec), channel, out)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
