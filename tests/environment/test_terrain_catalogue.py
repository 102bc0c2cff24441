"""The list of public elevation models: sound rows, and names as the archives write them."""

import math
import re
from urllib.parse import urlsplit

import pytest

from moonstead.environment.terrain.catalogue import find_product, products, products_at
from moonstead.errors import InputError

ARCHIVES = {
    "pds-geosciences.wustl.edu",
    "imbrium.mit.edu",
    "pgda.gsfc.nasa.gov",
    "planetarymaps.usgs.gov",
    "data.darts.isas.jaxa.jp",
}


@pytest.mark.parametrize("product", products(), ids=lambda product: product.name)
def test_every_row_is_sound(product) -> None:  # type: ignore[no-untyped-def]
    addresses = [product.address, *product.mirrors, *filter(None, [product.label_address])]
    for address in addresses:
        parts = urlsplit(address)
        assert parts.scheme == "https"
        assert parts.netloc in ARCHIVES
    for sha256 in (product.sha256, product.label_sha256):
        assert sha256 is None or re.fullmatch(r"[0-9a-f]{64}", sha256)
    assert re.fullmatch(r"[a-z0-9_]+", product.name)
    assert product.file_name
    assert product.size_bytes is None or product.size_bytes > 1_000_000
    assert 1.0 < product.pixel_m < 10_000.0
    assert product.title
    assert product.seen_in
    assert product.licence
    assert product.citation
    assert product.evidence in ("asked", "listed", "rule")
    has_label = product.form.endswith("with detached label")
    assert bool(product.label_address) is has_label
    if product.area_deg is not None:
        south, north, west, east = product.area_deg
        assert -90.0 <= south < north <= 90.0
        assert 0.0 <= west < east <= 360.0


def test_names_and_addresses_are_single() -> None:
    for key in ("name", "address"):
        values = [getattr(product, key) for product in products()]
        assert len(values) == len(set(values))


@pytest.mark.parametrize("product", products(), ids=lambda product: product.name)
def test_sizes_follow_from_the_grids(product) -> None:  # type: ignore[no-untyped-def]
    """PDS IMG files are plain arrays: a square of the polar maps, a grid of the whole Moon."""
    if product.size_bytes is None or not product.form.startswith("PDS3"):
        return
    pixel_bytes = 4 if "float" in product.file_name else 2
    pixels, rest = divmod(product.size_bytes, pixel_bytes)
    assert rest == 0
    if "/polar/" in product.address:
        side = round(pixels**0.5)
        assert side**2 == pixels
        assert product.area_deg is not None
        edge_deg = min(abs(edge) for edge in product.area_deg[:2])
        # Half the side reaches the latitude of the edge: 2 R tan(colatitude / 2).
        reach_m = side * product.pixel_m / 2.0
        assert reach_m == pytest.approx(2 * 1737400.0 * tan_half_colatitude(edge_deg), rel=3e-3)
    else:
        per_degree = round(30323.35 / product.pixel_m)
        degrees = 360 * (180 if product.area_deg == (-90, 90, 0, 360) else 120)
        assert pixels == per_degree**2 * degrees


def tan_half_colatitude(latitude_deg: float) -> float:
    return math.tan(math.radians(90.0 - latitude_deg) / 2.0)


def test_a_site_of_the_reference_data_is_known() -> None:
    site = find_product("Site01_5m")
    assert site.title == "PGDA 78: LOLA site elevation: Connecting Ridge"
    assert site.address.endswith("/LOLA_5mpp/Site01/Site01_final_adj_5mpp_surf.tif")
    assert site.evidence == "asked"


@pytest.mark.parametrize(
    ("name", "file"),
    [  # as public fetch scripts have them
        ("sldem2013_n00e000", "sln-l-tc-5-sldem2013-v1.0/lon000/data/DTM_MAP_01_N00E000S01E001SC"),
        ("sldem2013_n01e000", "sln-l-tc-5-sldem2013-v1.0/lon000/data/DTM_MAP_01_N01E000N00E001SC"),
        ("sldem2013_n90e000", "sln-l-tc-5-sldem2013-v1.0/lon000/data/DTM_MAP_01_N90E000N89E001SC"),
        ("sldem2013_s01e000", "sln-l-tc-5-sldem2013-v1.0/lon000/data/DTM_MAP_01_S01E000S02E001SC"),
        (
            "kaguya_dtm_n03e000",
            "sln-l-tc-5-dtm-map-seamless-v2.0/lon000/data/DTM_MAPs02_N03E000N00E003SC",
        ),
        (
            "kaguya_dtm_s03e000",
            "sln-l-tc-5-dtm-map-seamless-v2.0/lon000/data/DTM_MAPs02_S03E000S06E003SC",
        ),
    ],
)
def test_kaguya_tiles_are_named_as_in_the_archive(name: str, file: str) -> None:
    product = find_product(name)
    assert product.address == f"https://data.darts.isas.jaxa.jp/pub/pds3/{file}.img"
    assert product.label_address.endswith(file + ".lbl")
    assert product.name == name


@pytest.mark.parametrize(
    "name", ["sldem2013_s90e000", "kaguya_dtm_n01e000", "sldem2013_n00e360", "nothing"]
)
def test_what_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="no elevation model has this name"):
        find_product(name)


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(InputError, match='did you mean "haworth_5m"'):
        find_product("hawort_5m")


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"),
    [(-89.5, 222.0), (-90.0, 0.0), (90.0, 359.9), (0.0, 0.0), (12.3, -45.0), (-60.0, 360.0)],
)
def test_products_at_a_place_cover_it(latitude_deg: float, longitude_deg: float) -> None:
    found = products_at(latitude_deg, longitude_deg)
    assert all(product.covers(latitude_deg, longitude_deg) for product in found)
    assert [product.pixel_m for product in found] == sorted(product.pixel_m for product in found)
    names = {product.name for product in found}
    assert "ldem_16" in names
    assert {product.name.partition("_")[0] for product in found} >= {"sldem2013", "kaguya"}
    assert ("ldem_80s_20m" in names) is (latitude_deg < -80.0)
    assert all(find_product(name).name == name for name in names)
