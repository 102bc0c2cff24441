"""What this is: the version, for package, provenance and changelog, and the digest of the code."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

VERSION = "0.1.0"

_DECIDING: Final = (".csv", ".py")


@cache
def code_sha256(package: Path = Path(__file__).parent) -> str:
    """Return the digest (SHA-256) of the code and tables of a package, this one if none is named.

    What was computed with other code is not gone on with, even where nobody has raised the version.
    Scenarios and horizons of the library do not count: who uses one tells its own text.
    """
    digest = sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in _DECIDING:
            body = path.read_bytes()
            digest.update(f"{path.relative_to(package).as_posix()} {len(body)}\n".encode())
            digest.update(body)
    return digest.hexdigest()
