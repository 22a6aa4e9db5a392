"""Reads in/spec.json and checks its shape against the generated types."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .errors import RunnerError

Spec = TypeVar("Spec")
PROTOCOL = 1


def read_spec(path: Path, shape: type[Spec]) -> Spec:
    """Raises RunnerError SPEC_INVALID with the path of the fault inside the document."""
    try:
        document: Any = msgspec.json.decode(path.read_bytes())
        if isinstance(document, dict) and document.get("protocol") != PROTOCOL:
            raise RunnerError("SPEC_INVALID", f"This runner speaks protocol {PROTOCOL}.")
        return msgspec.convert(document, shape)
    except OSError as error:
        raise RunnerError("SPEC_INVALID", f"The specification cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise RunnerError("SPEC_INVALID", f"The specification is malformed: {error}.") from error
