"""PDS3 images: labels as the archives write them, against the positions they stand for."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
from made_terrain import MOON_RADIUS_M

from moonstead.environment.terrain.odl import parse_label
from moonstead.environment.terrain.raster import load_terrain, open_terrain
from moonstead.errors import InputError

# In structure and wording as LDEM_875S_5M.LBL of LRO-L-LOLA-4-GDR-V1.0; sizes are ours.
IMAGE = """\
OBJECT                      = IMAGE
  NAME                      = HEIGHT
  DESCRIPTION               = "Each sample represents height relative to a
    reference radius (OFFSET) and is generated using preliminary LOLA data
    produced by the LOLA team."
  LINES                     = {rows}
  LINE_SAMPLES              = {columns}
  SAMPLE_TYPE               = {kind}
  SAMPLE_BITS               = {bits}
  UNIT                      = {unit}
  SCALING_FACTOR            = {scale}
  OFFSET                    = {offset}
{more}END_OBJECT                  = IMAGE
"""
HEAD = """\
PDS_VERSION_ID            = "PDS3"

/*** GENERAL DATA DESCRIPTION PARAMETERS ***/
PRODUCT_VERSION_ID        = "V2.0"
DATA_SET_ID               = "LRO-L-LOLA-4-GDR-V1.0"
PRODUCT_ID                = "LDEM_MADE_UP"
INSTRUMENT_NAME           = "LUNAR ORBITER LASER ALTIMETER"
MISSION_PHASE_NAME        = {{"COMMISSIONING","NOMINAL MISSION","SCIENCE
                            MISSION","EXTENDED SCIENCE MISSION"}}
TARGET_NAME               = {target}
START_TIME                = 2009-07-13T17:33:17
"""
MAP = """\
OBJECT                        = IMAGE_MAP_PROJECTION
 ^DATA_SET_MAP_PROJECTION     = "DSMAP.CAT"
 MAP_PROJECTION_TYPE          = "{projection}"
 MAP_RESOLUTION               = {resolution} <pix/deg>
 A_AXIS_RADIUS                = 1737.4 <km>
 B_AXIS_RADIUS                = 1737.4 <km>
 C_AXIS_RADIUS                = 1737.4 <km>
 FIRST_STANDARD_PARALLEL      = 'N/A'
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE              = {latitude} <deg>
 CENTER_LONGITUDE             = {longitude} <deg>
 REFERENCE_LATITUDE           = 'N/A'
 LINE_FIRST_PIXEL             = 1
 LINE_LAST_PIXEL              = {rows}
 MAP_PROJECTION_ROTATION      = 0.0
 MAP_SCALE                    = {map_scale}
 MAXIMUM_LATITUDE             = {north} <deg>
 MINIMUM_LATITUDE             = {south} <deg>
 WESTERNMOST_LONGITUDE        = {west}
 EASTERNMOST_LONGITUDE        = 'N/A'
 LINE_PROJECTION_OFFSET       = {line} <pix>
 SAMPLE_PROJECTION_OFFSET     = {sample} <pix>
 COORDINATE_SYSTEM_TYPE       = "BODY-FIXED ROTATING"
 COORDINATE_SYSTEM_NAME       = "MEAN EARTH/POLAR AXIS OF DE421"
END_OBJECT                    = IMAGE_MAP_PROJECTION
END
"""
POLAR = {
    "projection": "POLAR STEREOGRAPHIC", "latitude": -90, "longitude": 0, "resolution": 6064.67,
    "map_scale": "5 <m/pix>", "north": -87.5, "south": -90, "west": "'N/A'",
    "line": 19.5, "sample": 19.5, "rows": 40, "columns": 40,
}  # fmt: skip
CYLINDER = {
    "projection": "SIMPLE CYLINDRICAL", "latitude": 0, "longitude": 180, "resolution": 0.25,
    "map_scale": "121293.44 <m/pix>", "north": 90, "south": -90, "west": "0 <deg>",
    "line": 22.0, "sample": 44.5, "rows": 45, "columns": 90,
}  # fmt: skip
LOLA = {"kind": "LSB_INTEGER", "bits": 16, "unit": "METER", "scale": 0.5, "offset": "1737400."}
FLOAT = {"kind": "PC_REAL", "bits": 32, "unit": "KILOMETER", "scale": 1, "offset": 1737.4}


def write(
    folder: Path,
    numbers: np.ndarray,
    place: dict,
    image: dict,
    target: str = "MOON",
    more: str = "",
) -> Path:
    """Write a detached label and its image, and return the label."""
    (folder / "MADE.IMG").write_bytes(numbers.tobytes())
    label = (HEAD + '^IMAGE = "MADE.IMG"\n' + IMAGE + MAP).format(
        **{**place, **image, "target": target, "more": more}
    )
    path = folder / "MADE.LBL"
    path.write_text(label)
    return path


def steps(rows: int, columns: int) -> np.ndarray:
    return np.add.outer(np.arange(rows) * 100 - 2000, np.arange(columns) * 7)


def polar_place(line: float, sample: float, pixel_m: float) -> tuple[float, float]:
    """Return the place of a pixel as DSMAP_POLAR.CAT says, counting from the first centre."""
    x, y = (sample - 19.5) * pixel_m, (19.5 - line) * pixel_m
    rho = np.hypot(x, y)
    latitude = -90.0 + np.degrees(2.0 * np.arctan(0.5 * rho / MOON_RADIUS_M))
    return float(latitude), float(np.degrees(np.arctan2(x, y)))


@pytest.mark.parametrize("named", ["MADE.LBL", "MADE.IMG"])
def test_a_polar_map_of_lola(tmp_path: Path, named: str) -> None:
    numbers = steps(40, 40).astype("<i2")
    write(tmp_path, numbers, POLAR, LOLA)
    (terrain,) = load_terrain([tmp_path / named])
    np.testing.assert_array_equal(terrain.heights_m, numbers * 0.5)
    for line, sample in ((0, 0), (12, 31), (39, 5)):
        found = terrain.sample_m(*polar_place(line, sample, 5.0))[0]
        assert found == pytest.approx(numbers[line, sample] * 0.5, abs=1e-3)
    assert terrain.pixel_m == 5.0
    assert terrain.file.name == "MADE.IMG"
    assert terrain.file.product == "LRO-L-LOLA-4-GDR-V1.0 LDEM_MADE_UP"
    image = (tmp_path / "MADE.IMG").read_bytes()
    assert terrain.file.sha256 == hashlib.sha256(image).hexdigest()


def test_a_cylindrical_map_of_lola(tmp_path: Path) -> None:
    numbers = steps(45, 90).astype("<i2")
    (terrain,) = load_terrain([write(tmp_path, numbers, CYLINDER, LOLA)])
    for line, sample in ((0, 0), (22, 44), (44, 89)):
        # DSMAP.CAT, with lines and samples from 1 there
        longitude = 180.0 + (sample - 44.5) / 0.25
        latitude = 0.0 - (line - 22.0) / 0.25
        found = terrain.sample_m(latitude, longitude)[0]
        assert found == pytest.approx(numbers[line, sample] * 0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("image", "dtype", "factor"),
    [
        (FLOAT, "<f4", 1e-3),
        ({**FLOAT, "offset": 1737400}, "<f4", 1e-3),
        ({**FLOAT, "kind": "IEEE_REAL"}, ">f4", 1e-3),
        ({**LOLA, "kind": "MSB_INTEGER", "offset": 1737.4}, ">i2", 2.0),
        ({**LOLA, "kind": "MSB_INTEGER", "offset": 0}, ">i2", 2.0),
        ({**LOLA, "bits": 32, "scale": 0.01, "offset": 0}, "<i4", 100.0),
        ({**LOLA, "kind": "PC_REAL", "bits": 64, "scale": 1}, "<f8", 1.0),
    ],
    ids=["float-km", "km-offset-m", "msb-real", "offset-km", "msb-integer", "four-bytes", "double"],
)
def test_numbers_of_every_kind(tmp_path: Path, image: dict, dtype: str, factor: float) -> None:
    heights_m = steps(40, 40) * 1.0
    label = write(tmp_path, np.round(heights_m * factor, 6).astype(dtype), POLAR, image)
    (terrain,) = load_terrain([label])
    np.testing.assert_allclose(terrain.heights_m, heights_m, atol=2e-4)


def test_a_radius_in_the_image(tmp_path: Path) -> None:
    radius_km = 1737.4 + steps(40, 40) / 1e3
    label = write(tmp_path, radius_km.astype("<f8"), POLAR, {**FLOAT, "bits": 64, "offset": 0})
    np.testing.assert_allclose(load_terrain([label])[0].heights_m, steps(40, 40), atol=1e-3)


def test_missing_data(tmp_path: Path) -> None:
    numbers = steps(40, 40).astype("<f4")
    numbers[3, 4] = np.float32(-3.4028226550889045e38)  # 16#FF7FFFFB#, the null of ISIS
    numbers[5, 6] = -9999.0
    more = "  MISSING_CONSTANT = 16#FF7FFFFB#\n  INVALID_VALUE = (-9999.0, -8888.0)\n"
    label = write(tmp_path, numbers, POLAR, {**FLOAT, "unit": "METER", "offset": 0}, more=more)
    (terrain,) = load_terrain([label])
    assert np.isnan(terrain.heights_m[3, 4])
    assert np.isnan(terrain.heights_m[5, 6])
    assert np.isnan(terrain.heights_m).sum() == 2


@pytest.mark.parametrize("counted_from", ["centre", "corner", "one"])
@pytest.mark.parametrize("place", [POLAR, CYLINDER], ids=["polar", "cylinder"])
def test_offsets_that_count_otherwise_are_recognised(
    tmp_path: Path, place: dict, counted_from: str
) -> None:
    add = {"centre": 0.0, "corner": 0.5, "one": 1.0}[counted_from]
    moved = {**place, "line": place["line"] + add, "sample": place["sample"] + add}
    numbers = steps(place["rows"], place["columns"]).astype("<i2")
    (plain, other) = (
        open_terrain([write(tmp_path, numbers, where, LOLA)])[0] for where in (place, moved)
    )
    assert other.transform.almost_equals(plain.transform)


def test_a_negated_sample_offset_is_recognised(tmp_path: Path) -> None:
    """As the maps of Kaguya have it; the bounds tell."""
    tile = {**CYLINDER, "north": 60, "south": 20, "west": "220 <deg>", "rows": 10, "columns": 20}
    numbers = steps(10, 20).astype("<i2")
    plain, negated = (
        open_terrain([write(tmp_path, numbers, {**tile, "line": 14.5, "sample": at}, LOLA)])[0]
        for at in (-10.5, 10.5)
    )
    assert negated.transform == plain.transform


def test_a_tile_of_a_global_map(tmp_path: Path) -> None:
    """LDEM_512_00N_45N_180_270 and its like count from the same origin as the whole map."""
    tile = {**CYLINDER, "north": 60, "south": 20, "west": "220 <deg>", "rows": 10, "columns": 20}
    tile |= {"line": 14.5, "sample": -10.5}
    numbers = steps(10, 20).astype("<i2")
    (terrain,) = load_terrain([write(tmp_path, numbers, tile, LOLA)])
    assert terrain.sample_m(58.0, 222.0)[0] == pytest.approx(numbers[0, 0] * 0.5)
    assert terrain.sample_m(22.0, 298.0 - 360.0)[0] == pytest.approx(numbers[9, 19] * 0.5)


@pytest.mark.parametrize("pointer", ["records", "bytes", "kaguya"])
def test_an_attached_label(tmp_path: Path, pointer: str) -> None:
    numbers = steps(40, 40).astype("<i2")
    where = {
        "records": "RECORD_BYTES = 80\n^IMAGE = 61\n",
        "bytes": "RECORD_BYTES = 80\n^IMAGE = 4801 <BYTES>\n",
        "kaguya": 'RECORD_TYPE = "UNDEFINED"\n^IMAGE = 4801\n',
    }[pointer]
    text = (HEAD + where + IMAGE + MAP).format(**{**POLAR, **LOLA, "target": "MOON", "more": ""})
    path = tmp_path / "attached.img"
    path.write_bytes(text.encode().ljust(4800) + numbers.tobytes())
    (terrain,) = load_terrain([path])
    np.testing.assert_array_equal(terrain.heights_m, numbers * 0.5)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_jpeg_2000_with_a_detached_label(tmp_path: Path) -> None:
    """As LDEM_875S_5M_JP2.LBL: the image is described inside UNCOMPRESSED_FILE."""
    numbers = steps(40, 40).astype("int16")
    image = tmp_path / "ldem_made_5m.jp2"
    with rasterio.open(
        image, "w", driver="JP2OpenJPEG", dtype="int16", count=1, height=40, width=40,
        QUALITY="100", REVERSIBLE="YES",
    ) as file:  # fmt: skip
        file.write(numbers, 1)
    text = HEAD + (
        "OBJECT = COMPRESSED_FILE\n"
        '  FILE_NAME = "LDEM_MADE_5M.JP2"\n  RECORD_TYPE = UNDEFINED\n  ENCODING_TYPE = "JP2"\n'
        '  UNCOMPRESSED_FILE_NAME = "LDEM_MADE_5M.IMG"\n  ^DESCRIPTION = "JP2INFO.TXT"\n'
        "END_OBJECT = COMPRESSED_FILE\n"
        "OBJECT = UNCOMPRESSED_FILE\n"
        '  FILE_NAME = "LDEM_MADE_5M.IMG"\n  RECORD_TYPE = FIXED_LENGTH\n  RECORD_BYTES = 80\n'
        '  ^IMAGE = "LDEM_MADE_5M.IMG"\n' + IMAGE + "END_OBJECT = UNCOMPRESSED_FILE\n" + MAP
    )
    label = tmp_path / "ldem_made_5m_jp2.lbl"
    label.write_text(text.format(**{**POLAR, **LOLA, "target": "MOON", "more": ""}))
    for named in (label, image):
        (terrain,) = load_terrain([named])
        np.testing.assert_array_equal(terrain.heights_m, numbers * 0.5)
        place = polar_place(12, 31, 5.0)
        assert terrain.sample_m(*place)[0] == pytest.approx(numbers[12, 31] * 0.5, abs=1e-3)
    label.unlink()
    with pytest.raises(InputError, match="no coordinate reference system"):
        load_terrain([image])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"target": "MARS"}, "is of Mars, not of the Moon"),
        ({"kind": "VAX_REAL"}, "SAMPLE_TYPE = VAX_REAL of 16 bits: not known here"),
        ({"projection": "SINUSOIDAL"}, "SINUSOIDAL about latitude -90, is not read here"),
        ({"scale": "half"}, "says SCALING_FACTOR = half; a number is wanted"),
        ({"line": "'N/A'"}, "has no LINE_PROJECTION_OFFSET"),
        ({"map_scale": "5"}, "MAP_SCALE is 5000 m, but MAP_RESOLUTION makes 5 m"),
        ({"rows": 41}, "is cut short: MADE.IMG has 3200 bytes of 3280"),
        ({"more": "  BANDS = 3\n"}, "has 3 bands: a picture"),
        ({"more": "  LINE_PREFIX_BYTES = 4\n"}, "LINE_PREFIX_BYTES: lines with extra bytes"),
        ({"unit": "DEGREE"}, "its values are in 'degree'; heights in m or km are wanted"),
    ],
)
def test_what_a_label_must_not_say(tmp_path: Path, change: dict, reason: str) -> None:
    label = write(tmp_path, steps(40, 40).astype("<i2"), POLAR, LOLA)
    words = {**POLAR, **LOLA, "target": "MOON", "more": "", **change}
    label.write_text((HEAD + '^IMAGE = "MADE.IMG"\n' + IMAGE + MAP).format(**words))
    with pytest.raises(InputError, match=reason) as caught:
        load_terrain([label])
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("MEAN EARTH/POLAR AXIS", "PRINCIPAL AXIS", "principal axes frame"),
        ('DIRECTION = "EAST"', 'DIRECTION = "WEST"', "counts longitudes to the west"),
        ("ROTATION      = 0.0", "ROTATION      = 90.0", "is rotated"),
        ("C_AXIS_RADIUS                = 1737.4", "C_AXIS_RADIUS = 1735.9", "flattened"),
        ("1737.4 <km>", "3396.0 <km>", "3396.0 km of Mars"),
        ("MADE.IMG", "GONE.IMG", "names 'GONE.IMG', which is not beside it"),
        ("OBJECT                      = IMAGE\n", "OBJECT = TABLE\n", "describes no image"),
        ("= IMAGE_MAP_PROJECTION", "= SOMETHING", "has no IMAGE_MAP_PROJECTION"),
        ("^IMAGE", "^TABLE", "does not say where the image is"),
        ("= IMAGE\n  NAME", "= IMAGE\n = NAME", "is damaged"),
        ('{"COMM', '{{"COMM', "a list has no end"),
    ],
)
def test_labels_that_cannot_be_followed(tmp_path: Path, old: str, new: str, reason: str) -> None:
    label = write(tmp_path, steps(40, 40).astype("<i2"), POLAR, LOLA)
    assert old in label.read_text()
    label.write_text(label.read_text().replace(old, new))
    with pytest.raises(InputError, match=reason):
        load_terrain([label])


def test_a_cylindrical_label_that_contradicts_itself(tmp_path: Path) -> None:
    numbers = steps(45, 90).astype("<i2")
    label = write(tmp_path, numbers, {**CYLINDER, "north": 80}, LOLA)
    with pytest.raises(InputError, match="its label contradicts itself"):
        load_terrain([label])


def test_an_image_without_its_label(tmp_path: Path) -> None:
    write(tmp_path, steps(40, 40).astype("<i2"), POLAR, LOLA).unlink()
    with pytest.raises(InputError, match=r"MADE\.IMG: .*label"):
        load_terrain([tmp_path / "MADE.IMG"])


def test_the_language_of_labels() -> None:
    text = """A = 5 <km> /* a comment = 3 */
      B = ("one",  2.5 <M/PIX>, {x, 'y z'})  C = "two
      lines" GROUP = G D = 1 END_GROUP = G E =
      7 END F = ignored"""
    label = parse_label(text)
    assert (label.number("A"), label.unit("A")) == (5.0, "km")
    assert [item.text for item in label.fields["B"]] == ["one", "2.5", "x", "y z"]
    assert label.fields["B"][1].unit == "m/pix"
    assert label.text("C").split() == ["two", "lines"]
    assert label.find("G").number("D") == 1.0
    assert label.number("E") == 7.0
    assert "F" not in label.fields
