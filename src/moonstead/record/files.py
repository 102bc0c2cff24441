"""Writing files so that a crash leaves the old one or the new one, never half of one."""

import json
import os
from pathlib import Path
from typing import Any

from moonstead.errors import RecordError

PART = ".part"


def beside(path: Path) -> Path:
    """Return where a file is written before it gets its name: hidden from readers of folders."""
    return path.with_name(f".{path.name}{PART}")


def is_part(path: Path) -> bool:
    """Say whether a file is one that never came to its final name."""
    return path.suffix == PART


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file beside its final name, then rename it."""
    hidden = beside(path)
    with hidden.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys, so that equal values give equal bytes."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_atomically(path, text.encode() + b"\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of a run directory.

    Raises
    ------
    RecordError
        It is missing, truncated or no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise RecordError(f"{path}: this file of the run directory is missing") from None
    except (ValueError, OSError) as error:
        raise RecordError(
            f"{path}: this file of the run directory cannot be read: {error}"
        ) from None
