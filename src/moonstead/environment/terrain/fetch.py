"""Fetch products of the catalogue into a folder of the user, and prove them.

A product whose SHA-256 the catalogue knows must have it. For the others the hash of the first
fetch is kept beside the file as ``NAME.sha256`` (the form of ``sha256sum``), and every later use
is checked against it: trust on first use, and the answer says so.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from moonstead.environment.terrain.catalogue import Product
from moonstead.environment.terrain.download import Patience, Progress, download
from moonstead.errors import RunError

CACHE_VARIABLE = "MOONSTEAD_CACHE"
OFFLINE_VARIABLE = "MOONSTEAD_OFFLINE"

Proof = Literal["catalogue", "first fetch", "this fetch"]
"""What a hash was checked against: the catalogue, the hash kept from the first fetch, nothing."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A product that is in the cache.

    Parameters
    ----------
    path
        Of the elevation model.
    label_path
        Of its detached label; None where it has none.
    sha256
        Of the elevation model.
    proof
        What the hash was checked against.
    was_cached
        Whether it was there already.
    """

    path: Path
    label_path: Path | None
    sha256: str
    proof: Proof
    was_cached: bool


def cache_folder(given: str | None = None) -> Path:
    """Return the folder that fetched terrain is kept in.

    Parameters
    ----------
    given
        What the user asked for; else the environment variable MOONSTEAD_CACHE; else the folder
        that the platform has for such files.
    """
    import pooch  # noqa: PLC0415  half a second, for those who fetch

    chosen = given or os.environ.get(CACHE_VARIABLE) or pooch.os_cache("moonstead")
    return Path(chosen).expanduser() / "terrain"


def is_offline(given: bool = False) -> bool:
    """Tell whether the network must not be used: asked for, or MOONSTEAD_OFFLINE is set."""
    return given or os.environ.get(OFFLINE_VARIABLE, "").lower() not in ("", "0", "no", "false")


def cached_path(product: Product, cache: Path) -> Path:
    """Return where the product is in a cache folder, or would be."""
    return cache / product.name / product.file_name


def fetch_product(
    product: Product,
    cache: Path,
    *,
    offline: bool = False,
    progress: Progress = lambda _name, _done, _total: None,
    patience: Patience | None = None,
) -> Fetched:
    """Return a product from the cache, fetching it and its label first where they are missing.

    Parameters
    ----------
    product
        Of the catalogue.
    cache
        As `cache_folder` returns it.
    offline
        Use the cache only.
    progress
        Told of every piece that arrives.
    patience
        With the servers.

    Raises
    ------
    RunError
        It is not in the cache and must not or cannot be fetched, or its content is not what it
        must be.
    """
    path = cached_path(product, cache)
    was_cached = path.exists()

    def one(
        addresses: Sequence[str], name: str, size_bytes: int | None, known: str | None
    ) -> tuple[str, Proof]:
        fetch = _fetcher(addresses, size_bytes, known, progress, patience or Patience())
        return _proven(path.with_name(name), known, None if offline else fetch, product.name)

    label_path = None
    if product.label_address:
        mirrors = [_beside(address, product) for address in product.mirrors]
        label_path = path.with_name(product.label_name)
        one([product.label_address, *mirrors], product.label_name, None, product.label_sha256)
    addresses = [product.address, *product.mirrors]
    sha256, proof = one(addresses, product.file_name, product.size_bytes, product.sha256)
    return Fetched(path, label_path, sha256, proof, was_cached)


def _beside(mirror: str, product: Product) -> str:
    return mirror.rpartition("/")[0] + "/" + product.label_name.upper()


def _proven(
    path: Path, known: str | None, fetch: Callable[[Path], None] | None, name: str
) -> tuple[str, Proof]:
    """Return the hash of a cached file and what proves it, after fetching it where it is absent."""
    if not path.exists():
        if fetch is None:
            raise RunError(
                f"{name}: {path} is not in the cache, and the network is switched off; fetch it "
                f"once without --offline and without {OFFLINE_VARIABLE}, or name its folder with "
                "--cache"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        fetch(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    kept = _kept_hash(path)
    wanted = known or kept
    if wanted is not None and sha256 != wanted:
        origin = "the catalogue has" if known else "it had when it was first fetched"
        raise RunError(
            f"{path}: SHA-256 is {sha256}, but {origin} {wanted}: the file was altered or "
            f"damaged; delete it and fetch again"
        )
    if kept is None:
        text = f"{sha256}  {path.name}\n"
        _hash_path(path).write_text(text, encoding="utf-8")
    return sha256, "catalogue" if known else "this fetch" if kept is None else "first fetch"


def _hash_path(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _kept_hash(path: Path) -> str | None:
    try:
        words = _hash_path(path).read_text("utf-8").split()
    except FileNotFoundError:
        return None
    return words[0].lower() if words else None


def _fetcher(
    addresses: Sequence[str],
    size_bytes: int | None,
    known: str | None,
    progress: Progress,
    patience: Patience,
) -> Callable[[Path], None]:
    """Return a function that fetches a file from the first address that has it."""

    def fetch(path: Path) -> None:
        complaints: list[str] = []
        for address in addresses:
            try:
                _retrieve(address, path, size_bytes, known, progress, patience)
            except RunError as error:
                complaints.append(str(error))
            else:
                return
        raise RunError("\n".join(complaints))

    return fetch


def _retrieve(
    address: str,
    path: Path,
    size_bytes: int | None,
    known: str | None,
    progress: Progress,
    patience: Patience,
) -> None:
    import pooch  # noqa: PLC0415  half a second, for those who fetch

    def resuming(url: str, output_file: str, _pooch: object) -> None:
        # pooch throws away what a failed download left; the partial file is kept beside the target.
        partial = path.with_name(path.name + ".part")
        download(url, Path(output_file), partial, size_bytes, progress, patience)

    pooch.get_logger().setLevel("WARNING")  # it would write to the terminal of the progress bar
    try:
        pooch.retrieve(
            address,
            f"sha256:{known}" if known else None,
            fname=path.name,
            path=path.parent,
            downloader=resuming,
        )
    except ValueError:
        raise RunError(
            f"{address}: what arrived does not have the SHA-256 {known} of the catalogue; it was "
            "thrown away: fetch again, and if it stays so the archive has a new version"
        ) from None
