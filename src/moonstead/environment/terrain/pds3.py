"""PDS3 images: raw pixels or JPEG 2000 beside (or behind) a label that says what they mean.

The maps of LOLA (LRO-L-LOLA-4-GDR), SLDEM2015 and the Kaguya terrain camera come so. Conventions,
as in the projection descriptions of those archives (DSMAP.CAT, DSMAP_POLAR.CAT):

* height = value * SCALING_FACTOR in UNIT; OFFSET is the radius of the reference sphere, in metres
  or kilometres, that makes a planetary radius of it;
* LINE_PROJECTION_OFFSET and SAMPLE_PROJECTION_OFFSET count from the centre of the first pixel to
  the origin of the projection. Labels that count from its corner, from 1, or samples to the other
  side are recognised where the bounding latitudes and longitudes, or the pole in the middle of the
  map, show it; otherwise they are refused.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rasterio import Affine

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.odl import Block, number_of, parse_label

_MOST_LABEL_BYTES: Final = 2**20
_NUMBERS: Final = {
    "LSB_INTEGER": "<i", "PC_INTEGER": "<i", "VAX_INTEGER": "<i",
    "MSB_INTEGER": ">i", "INTEGER": ">i", "SUN_INTEGER": ">i", "MAC_INTEGER": ">i",
    "LSB_UNSIGNED_INTEGER": "<u", "PC_UNSIGNED_INTEGER": "<u",
    "MSB_UNSIGNED_INTEGER": ">u", "UNSIGNED_INTEGER": ">u", "SUN_UNSIGNED_INTEGER": ">u",
    "PC_REAL": "<f", "IEEE_REAL": ">f", "REAL": ">f", "FLOAT": ">f", "SUN_REAL": ">f",
    "MAC_REAL": ">f",
}  # fmt: skip
_MISSING_KEYS: Final = (
    "MISSING_CONSTANT", "INVALID_CONSTANT", "NULL_CONSTANT", "UNKNOWN_CONSTANT",
    "NOT_APPLICABLE_CONSTANT", "CORE_NULL", "INVALID_VALUE", "OUT_OF_IMAGE_BOUNDS_VALUE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pds3Image:
    """What a label says of an image.

    Parameters
    ----------
    data
        The file of pixels.
    jp2
        Whether they are compressed as JPEG 2000; if so ``start_byte`` and ``number`` say nothing.
    start_byte
        Of the first pixel, from 0.
    rows, columns
        Of the image.
    number
        numpy type of a pixel.
    scale, offset
        Height or radius = value * scale + offset, in ``unit``.
    unit
        As the label writes it; may be empty.
    missing
        Values that mark missing data.
    crs
        Its reference system, as a PROJ string.
    transform
        From pixel corners to the map.
    product
        Its identity in the archive.
    """

    data: Path
    jp2: bool
    start_byte: int
    rows: int
    columns: int
    number: str
    scale: float
    offset: float
    unit: str
    missing: tuple[float, ...]
    crs: str
    transform: Affine
    product: str


def label_of(path: Path) -> Path | None:
    """Return the file that holds the PDS3 label of a file: itself, one beside it, or None."""
    if path.suffix.lower() == ".lbl" or _is_label(path):
        return path
    if path.suffix.lower() not in (".img", ".jp2", ".dat", ".raw"):
        return None
    stem = path.stem.lower()
    names = [f"{stem}.lbl"]
    if path.suffix.lower() == ".jp2":
        names.insert(0, f"{stem}_jp2.lbl")
    beside = {other.name.lower(): other for other in path.parent.iterdir()}
    return next((beside[name] for name in names if name in beside), None)


def read_label(path: Path, wanted: Path | None = None) -> Pds3Image:
    """Read a label, attached or detached.

    Parameters
    ----------
    path
        The file with the label.
    wanted
        The file of pixels that the user named; otherwise the one that the label names.

    Returns
    -------
    Pds3Image

    Raises
    ------
    ValueError
        Where it describes no map of heights of the Moon that can be read, in words.
    """
    with path.open("rb") as file:
        label = parse_label(file.read(_MOST_LABEL_BYTES).decode("latin-1"))
    image = label.find("IMAGE")
    if image is None:
        raise ValueError("its label describes no image; name the label of a map of heights")
    target = label.text("TARGET_NAME").upper()
    if target not in ("", "MOON"):
        raise ValueError(f"is of {target.title()}, not of the Moon; choose a map of the Moon")
    rows, columns = int(image.number("LINES")), int(image.number("LINE_SAMPLES"))
    data, start_byte, jp2 = _pixels(path, label, wanted)
    radius_m, crs, transform = _place(label, rows, columns)
    return Pds3Image(
        data=data,
        jp2=jp2,
        start_byte=start_byte,
        rows=rows,
        columns=columns,
        number="" if jp2 else _number(image),
        scale=image.number("SCALING_FACTOR", 1.0),
        offset=_offset(image, radius_m),
        unit=image.text("UNIT").lower(),
        missing=_missing(image),
        crs=crs,
        transform=transform,
        product=" ".join(filter(None, [label.text("DATA_SET_ID"), label.text("PRODUCT_ID")])),
    )


def _is_label(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(64).lstrip()
    return head.startswith((b"PDS_VERSION_ID", b"CCSD3ZF", b"ODL_VERSION_ID"))


def _pixels(path: Path, label: Block, wanted: Path | None) -> tuple[Path, int, bool]:
    """Return the file of pixels, the first byte in it, and whether it is JPEG 2000."""
    compressed = label.find("COMPRESSED_FILE")
    if wanted is not None and wanted.suffix.lower() == ".jp2":
        return wanted, 0, True
    if compressed is not None and wanted in (None, path):
        return _beside(path, compressed.text("FILE_NAME")), 0, True
    uncompressed = label.find("UNCOMPRESSED_FILE") or label
    holder = uncompressed if "^IMAGE" in uncompressed.fields else label
    pointer = holder.fields.get("^IMAGE", ())
    names = [item.text for item in pointer if number_of(item.text) is None]
    places = [item for item in pointer if number_of(item.text) is not None]
    start_byte = 0
    if places:  # records and bytes count from 1; Kaguya has no records, so bytes without a unit
        size = 1.0 if places[0].unit else label.number("RECORD_BYTES", 1.0)
        start_byte = int((float(places[0].text) - 1.0) * size)
    if not names and not places:
        raise ValueError("its label does not say where the image is (^IMAGE); fetch it again")
    if not names:
        return path, start_byte, False
    named = wanted if wanted not in (None, path) else None
    return named or _beside(path, names[0]), start_byte, False


def _beside(label: Path, name: str) -> Path:
    for other in label.parent.iterdir():
        if other.name.lower() == name.lower():
            return other
    raise ValueError(f"its label names {name!r}, which is not beside it; fetch that file too")


def _number(image: Block) -> str:
    kind, bits = image.text("SAMPLE_TYPE").upper(), int(image.number("SAMPLE_BITS"))
    if kind not in _NUMBERS or bits not in (8, 16, 32, 64):
        raise ValueError(f"its label says SAMPLE_TYPE = {kind} of {bits} bits: not known here")
    for key in ("LINE_PREFIX_BYTES", "LINE_SUFFIX_BYTES"):
        if image.number(key, 0.0) != 0.0:
            raise ValueError(f"its label says {key}: lines with extra bytes are not read here")
    if image.number("BANDS", 1.0) != 1.0:
        raise ValueError(
            f"has {image.text('BANDS')} bands: a picture; one band of heights is wanted"
        )
    return f"{_NUMBERS[kind]}{bits // 8}"


def _offset(image: Block, radius_m: float) -> float:
    """Return the offset in the unit of the image.

    The radius of the sphere is written in metres or in kilometres whatever the unit of the
    heights; no ground of the Moon is 1737.4 m high all over, so nothing else can be meant.
    """
    offset = image.number("OFFSET", 0.0)
    in_km = image.text("UNIT").lower().startswith("k")
    for written_m in (offset, offset * 1e3):
        if abs(written_m - radius_m) < 0.01 * radius_m:
            return written_m / 1e3 if in_km else written_m
    return offset


def _missing(image: Block) -> tuple[float, ...]:
    items = [item for key in _MISSING_KEYS for item in image.fields.get(key, ())]
    numbers = [number_of(item.text) for item in items]
    return tuple(number for number in numbers if number is not None)


def _place(label: Block, rows: int, columns: int) -> tuple[float, str, Affine]:
    """Return the radius of the sphere in m, the reference system and the geotransform."""
    projection = label.find("IMAGE_MAP_PROJECTION")
    if projection is None:
        raise ValueError("its label has no IMAGE_MAP_PROJECTION; it does not say where it lies")
    if "PRINCIPAL" in projection.text("COORDINATE_SYSTEM_NAME").upper():
        message = "is in the principal axes frame, some 0.9 km off; choose the mean Earth product"
        raise ValueError(message)
    if projection.text("POSITIVE_LONGITUDE_DIRECTION").upper() == "WEST":
        raise ValueError("counts longitudes to the west; reproject it to one that counts east")
    if projection.number("MAP_PROJECTION_ROTATION", 0.0) != 0.0:
        raise ValueError("its map is rotated (MAP_PROJECTION_ROTATION): not read here")
    radii_m = [_metres(projection, f"{axis}_AXIS_RADIUS") for axis in "ABC"]
    if max(radii_m) - min(radii_m) > 1.0:
        raise ValueError("its body is flattened; a model on the sphere of 1737.4 km is wanted")
    kind = re.sub(r"[_\s]+", " ", projection.text("MAP_PROJECTION_TYPE").upper())
    latitude_deg = projection.number("CENTER_LATITUDE")
    longitude_deg = projection.number("CENTER_LONGITUDE")
    sphere = f"+R={radii_m[0]!r} +no_defs"
    if "CYLINDRICAL" in kind or kind == "EQUIRECTANGULAR":
        if latitude_deg == 0.0:
            return radii_m[0], f"+proj=longlat {sphere}", _cylindrical(projection, rows, columns)
    elif "STEREOGRAPHIC" in kind and abs(latitude_deg) == 90.0:
        pole = f"+proj=stere +lat_0={latitude_deg:g} +lon_0={longitude_deg!r} +units=m"
        return radii_m[0], f"{pole} {sphere}", _polar(projection, rows, columns)
    message = (
        f"its projection, {kind or 'unnamed'} about latitude {latitude_deg:g}, is not read here; "
        "write it as GeoTIFF (gdalwarp) first"
    )
    raise ValueError(message)


def _metres(block: Block, key: str) -> float:
    """Return a length of a label; kilometres where it names no unit, as the standard says."""
    return block.number(key) * (1.0 if block.unit(key) in ("m", "meter", "meters") else 1e3)


def _cylindrical(projection: Block, rows: int, columns: int) -> Affine:
    """Place a simple cylindrical map in degrees; its resolution is exact, its MAP_SCALE rounded."""
    step_deg = 1.0 / projection.number("MAP_RESOLUTION")
    line = projection.number("LINE_PROJECTION_OFFSET")
    sample = projection.number("SAMPLE_PROJECTION_OFFSET")
    longitude_deg = projection.number("CENTER_LONGITUDE")
    south, north = projection.number("MINIMUM_LATITUDE"), projection.number("MAXIMUM_LATITUDE")
    west = projection.number("WESTERNMOST_LONGITUDE")
    # The number of the first pixel's centre, and the sign: Kaguya wrote sample offsets negated.
    for first, sign in ((0.0, 1), (0.5, 1), (1.0, 1), (0.0, -1), (0.5, -1), (1.0, -1)):
        left_deg = longitude_deg + (first - 0.5 - sign * sample) * step_deg
        top_deg = (line + 0.5 - first) * step_deg
        off = np.array([top_deg - north, south - top_deg + rows * step_deg, west - left_deg])
        off[2] = (off[2] + 180.0) % 360.0 - 180.0
        for inset in (0.0, 0.5):  # bounds of the pixels, or of their centres
            if np.abs(off / step_deg - inset).max() < 0.3:
                return Affine(step_deg, 0.0, left_deg, 0.0, -step_deg, top_deg)
    message = (
        f"its label contradicts itself: {columns} by {rows} pixels of {step_deg:g} degrees from "
        f"its projection offsets do not reach from latitude {south:g} to {north:g} and from "
        f"longitude {west:g}"
    )
    raise ValueError(message)


def _polar(projection: Block, rows: int, columns: int) -> Affine:
    """Place a polar stereographic map in metres, true at the pole."""
    scale_m = projection.number("MAP_SCALE")
    if projection.unit("MAP_SCALE")[:1] in ("", "k"):  # the standard's unit is km/pixel
        scale_m *= 1e3
    line = projection.number("LINE_PROJECTION_OFFSET")
    sample = projection.number("SAMPLE_PROJECTION_OFFSET")
    centred = [
        first
        for first in (0.0, 0.5, 1.0)
        if line - first == (rows - 1) / 2.0 and sample - first == (columns - 1) / 2.0
    ]
    first = centred[0] if centred else 0.0
    left_m, top_m = (first - 0.5 - sample) * scale_m, (line + 0.5 - first) * scale_m
    expected_m = np.radians(1.0) * MOON_RADIUS_M / projection.number("MAP_RESOLUTION")
    if not 0.5 < scale_m / expected_m < 2.0:
        message = f"its label contradicts itself: MAP_SCALE is {scale_m:g} m, but MAP_RESOLUTION"
        raise ValueError(f"{message} makes {expected_m:g} m of a pixel")
    return Affine(scale_m, 0.0, left_m, 0.0, -scale_m, top_m)
