"""The public elevation models of the Moon: where each is, and what stands behind that.

The rows are in ``products.toml``. The maps of the Kaguya terrain camera come in tens of thousands
of tiles; their names are made here by the rule of JAXA's archive.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from moonstead.errors import InputError, Problem
from moonstead.spec import closest

Evidence = Literal["asked", "listed", "rule"]
Area = tuple[float, float, float, float]

_KAGUYA = "https://data.darts.isas.jaxa.jp/pub/pds3/"
_KAGUYA_PIXEL_M = 7.403  # 4096 pixels per degree on the sphere of 1737.4 km
_KAGUYA_NAME = re.compile(r"(sldem2013|kaguya_dtm)_([ns])(\d\d)e(\d\d\d)")


@dataclass(frozen=True, slots=True)
class Product:
    """One file of a public archive that holds an elevation model.

    Parameters
    ----------
    name
        By which it is asked for.
    title
        What it is, for people.
    address, mirrors
        Where the file is.
    label_address
        Of its detached PDS label; empty where it has none.
    area_deg
        South, north, west, east, planetocentric; None where only the file says.
    pixel_m
        Side of a pixel where the map is true to scale.
    projection, form
        Of the map, and of the file.
    size_bytes, sha256, label_sha256
        None where unknown.
    evidence
        ``asked``: public notes say that the server answered with this file; ``listed``: the
        address stands in public text; ``rule``: the name follows the archive's rule only.
    seen_in
        Where address, size and hash were seen.
    licence, citation
        Terms of use, and what to cite.
    """

    name: str
    title: str
    address: str
    mirrors: tuple[str, ...]
    label_address: str
    area_deg: Area | None
    pixel_m: float
    projection: str
    form: str
    size_bytes: int | None
    sha256: str | None
    label_sha256: str | None
    evidence: Evidence
    seen_in: str
    licence: str
    citation: str

    @property
    def file_name(self) -> str:
        """The file's name in the archive."""
        return _last_part(self.address)

    @property
    def label_name(self) -> str:
        """The label's name in the archive, or nothing."""
        return _last_part(self.label_address)

    def covers(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Tell whether the product is known to cover a place."""
        if self.area_deg is None:
            return False
        south, north, west, east = self.area_deg
        return south <= latitude_deg <= north and (longitude_deg - west) % 360.0 <= east - west


@cache
def products() -> tuple[Product, ...]:
    """Return every product that has a row, in the order of the list."""
    text = files("moonstead.environment.terrain").joinpath("products.toml").read_text("utf-8")
    return tuple(
        _product(family, row)
        for family in tomllib.loads(text)["family"]
        for row in family["products"]
    )


def products_at(latitude_deg: float, longitude_deg: float) -> tuple[Product, ...]:
    """Return the products known to cover a place, from fine to coarse, Kaguya tiles included."""
    known = [product for product in products() if product.covers(latitude_deg, longitude_deg)]
    tiles = [_kaguya_at(kind, latitude_deg, longitude_deg) for kind in _KAGUYA_KINDS]
    return tuple(sorted([*known, *tiles], key=lambda product: product.pixel_m))


def find_product(name: str) -> Product:
    """Return a product by its name, whatever the case.

    Raises
    ------
    InputError
        Where no product has this name, with the nearest name that exists.
    """
    wanted = name.lower()
    for product in products():
        if product.name == wanted:
            return product
    tile = _KAGUYA_NAME.fullmatch(wanted)
    if tile is not None:
        kind, pole, latitude, longitude = tile.groups()
        north_deg = int(latitude) * (-1 if pole == "s" else 1)
        if _is_tile(kind, north_deg, int(longitude)):
            return _kaguya(kind, north_deg, int(longitude))
    near = closest(wanted, [product.name for product in products()])
    question = f'did you mean "{near}"? ' if near else ""
    remedy = f"no elevation model has this name; {question}see moonstead terrain list"
    raise InputError(Problem("terrain", "name", name, remedy))


def _product(family: Mapping[str, Any], row: Mapping[str, Any]) -> Product:
    folder, mirror = family["address"], family.get("mirror_upper_case")
    label = row.get("label", "")
    return Product(
        name=row["name"],
        title=f"{family['title']}: {row['title']}",
        address=folder + row["file"],
        mirrors=() if mirror is None else (mirror + row["file"].upper(),),
        label_address=folder + label if label else "",
        area_deg=tuple(row["area"]) if "area" in row else None,
        pixel_m=float(row["pixel_m"]),
        projection=family["projection"],
        form=family["form"],
        size_bytes=row.get("bytes"),
        sha256=row.get("sha256"),
        label_sha256=row.get("label_sha256"),
        evidence=row["evidence"],
        seen_in=family["seen_in"],
        licence=family["licence"],
        citation=family["citation"],
    )


def _last_part(address: str) -> str:
    return unquote(urlsplit(address).path).rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class _KaguyaKind:
    title: str
    data_set: str
    prefix: str
    span_deg: int


_KAGUYA_KINDS = {
    "sldem2013": _KaguyaKind(
        "SLDEM2013, Kaguya terrain camera with LALT and LOLA",
        "sln-l-tc-5-sldem2013-v1.0",
        "DTM_MAP_01_",
        1,
    ),
    "kaguya_dtm": _KaguyaKind(
        "Kaguya terrain camera, seamless elevation map",
        "sln-l-tc-5-dtm-map-seamless-v2.0",
        "DTM_MAPs02_",
        3,
    ),
}


def _kaguya_at(kind: str, latitude_deg: float, longitude_deg: float) -> Product:
    span = _KAGUYA_KINDS[kind].span_deg
    north_deg = span * max(math.ceil(latitude_deg / span), -90 // span + 1)
    return _kaguya(kind, north_deg, span * math.floor(longitude_deg % 360.0 / span))


def _is_tile(kind: str, north_deg: int, west_deg: int) -> bool:
    span = _KAGUYA_KINDS[kind].span_deg
    whole = north_deg % span == 0 and west_deg % span == 0
    return whole and -90 < north_deg <= 90 and 0 <= west_deg < 360


def _kaguya(kind: str, north_deg: int, west_deg: int) -> Product:
    """Return a tile by its upper left corner."""
    found = _KAGUYA_KINDS[kind]
    south_deg, east_deg = north_deg - found.span_deg, west_deg + found.span_deg
    upper_left = f"{_latitude(north_deg)}E{west_deg:03d}"
    stem = f"{found.prefix}{upper_left}{_latitude(south_deg)}E{east_deg:03d}SC"
    folder = f"{_KAGUYA}{found.data_set}/lon{west_deg:03d}/data/"
    return Product(
        name=f"{kind}_{upper_left.lower()}",
        title=f"{found.title}: tile of {found.span_deg} by {found.span_deg} degrees",
        address=f"{folder}{stem}.img",
        mirrors=(),
        label_address=f"{folder}{stem}.lbl",
        area_deg=(float(south_deg), float(north_deg), float(west_deg), float(east_deg)),
        pixel_m=_KAGUYA_PIXEL_M,
        projection="simple cylindrical, R 1737.4 km",
        form="PDS3 IMG with detached label",
        size_bytes=None,
        sha256=None,
        label_sha256=None,
        evidence="rule",
        seen_in="folders and several tiles in public fetch scripts; the others by the same rule",
        licence="terms of JAXA's data archive (DARTS): read them, and credit JAXA/SELENE",
        citation=f"SELENE (Kaguya) data set {found.data_set.upper()}, ISAS/JAXA",
    )


def _latitude(degrees: int) -> str:
    return f"{'S' if degrees < 0 else 'N'}{abs(degrees):02d}"
