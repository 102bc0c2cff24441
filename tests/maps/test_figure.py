"""Pictures of maps: where things stand on them, and that any map can be drawn."""

import re
from pathlib import Path

import matplotlib.image as mpl_image
import numpy as np
import pyproj
import pytest
from ball_maps import (
    EQUIRECTANGULAR,
    FILE,
    GEOGRAPHIC,
    LOCAL,
    NORTH,
    SOUTH,
    SYNTHETIC,
    made_map,
    terrain_of,
)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from moonstead.errors import InputError
from moonstead.maps.figure import Mark, draw_map
from moonstead.maps.figure_frame import draw_graticule, extent_of
from moonstead.maps.figure_look import look_of
from moonstead.maps.figure_names import draw_marks, draw_names
from moonstead.maps.figure_paint import painted
from moonstead.maps.figure_scale import draw_north, draw_scale, ground_m
from moonstead.maps.image import MapImage

BALL = pyproj.Geod(a=1737400.0, b=1737400.0)


def axes_of(image: MapImage):
    figure = Figure(figsize=(8.0, 8.0), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    rows, columns = image.values.shape
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    axes.apply_aspect()
    return axes


def lines_of(axes) -> list[tuple[np.ndarray, np.ndarray]]:
    return [line.get_data() for line in axes.lines[::2]]


def test_extents_are_those_of_the_ground() -> None:
    polar = extent_of(made_map(np.zeros((100, 100)), SOUTH))
    assert polar.pole_deg == -90.0
    assert (polar.south_deg, polar.west_deg, polar.east_deg) == (-90.0, 0.0, 360.0)
    across = np.degrees(2.0 * np.arctan(np.hypot(50e3, 50e3) / 2.0 / 1737400.0))
    assert polar.north_deg == pytest.approx(-90.0 + across, abs=1e-6)
    east = extent_of(made_map(np.zeros((20, 40)), GEOGRAPHIC, 0.5, (0.0, 10.0)))
    assert east.pole_deg == 0.0
    assert (east.south_deg, east.north_deg) == pytest.approx((5.0, 15.0))
    assert (east.west_deg % 360.0, east.east_deg - east.west_deg) == pytest.approx((350.0, 20.0))
    whole = extent_of(made_map(np.zeros((180, 360)), GEOGRAPHIC, 1.0, (180.0, 0.0)))
    assert whole.pole_deg == 0.0
    assert whole.east_deg - whole.west_deg == pytest.approx(360.0, abs=1e-3)


def test_parallels_of_a_polar_map_are_circles_of_the_right_radius() -> None:
    image = made_map(np.zeros((400, 400)), SOUTH, 1000.0)
    axes = axes_of(image)
    draw_graticule(axes, image, [], 8.0)
    radii = []
    for column, row in lines_of(axes):
        off = np.hypot(column - 199.5, row - 199.5)
        if np.nanmax(off) - np.nanmin(off) < 0.01:
            radii.append(off[0])
    latitudes = -90.0 + np.degrees(2.0 * np.arctan(np.array(radii) * 1e3 / 2.0 / 1737400.0))
    assert len(radii) >= 4
    np.testing.assert_allclose(latitudes, np.round(latitudes), atol=1e-6)
    said = {text.get_text() for text in axes.texts}
    assert {"0° E", "90° E", "180° E", "270° E"} <= said
    # With south up at the bottom of a south polar map, 0 E is at the top, 90 E on the right.
    at = {text.get_text(): text.xy for text in axes.texts if hasattr(text, "xy")}
    assert at["0° E"] == pytest.approx((199.5, -0.5), abs=0.2)
    assert at["90° E"] == pytest.approx((399.5, 199.5), abs=0.2)


def test_lines_of_a_local_map_are_labelled_where_they_leave_it() -> None:
    image = made_map(np.zeros((200, 300)), LOCAL, 100.0, (1000.0, 2000.0))
    axes = axes_of(image)
    draw_graticule(axes, image, [], 8.0)
    crs = image.crs
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    (a, _, c), (_, e, f) = image.columns_rows
    seen = set()
    for text in axes.texts:
        column, row = text.xy
        longitude, latitude = to_degrees.transform((column - c) / a, (row - f) / e)
        number, direction = text.get_text().split("° ")
        value = {"E": longitude, "N": latitude, "S": -latitude}[direction]
        assert value == pytest.approx(float(number), abs=2e-4)
        seen.add(direction)
    assert seen == {"E", "S"}


@pytest.mark.parametrize(
    ("crs", "centre"),
    [
        (SOUTH, (0.0, 0.0)),
        (SOUTH, (3e5, 3e5)),
        (LOCAL, (0.0, 0.0)),
        (EQUIRECTANGULAR, (0.0, 1.2e6)),
    ],
)
def test_the_scale_is_that_of_the_sphere_at_the_centre(
    crs: str, centre: tuple[float, float]
) -> None:
    image = made_map(np.zeros((101, 101)), crs, 800.0, centre)
    crs_of = image.crs
    to_degrees = pyproj.Transformer.from_crs(crs_of, crs_of.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(
        [centre[0] - 400.0, centre[0] + 400.0], [centre[1], centre[1]]
    )
    _, _, truth_m = BALL.inv(longitude[0], latitude[0], longitude[1], latitude[1])
    assert ground_m(image)[0] == pytest.approx(truth_m, rel=1e-6)
    axes = axes_of(image)
    draw_scale(axes, image, 8.0)
    said = [text.get_text() for text in axes.texts if re.fullmatch(r"\d+ km", text.get_text())]
    length_km = float(said[0].removesuffix(" km"))
    bars = [patch for patch in axes.patches if patch.get_linewidth() > 0.0]
    assert sum(bar.get_width() for bar in bars) == pytest.approx(length_km * 1e3 / truth_m)


@pytest.mark.parametrize(
    ("crs", "centre", "turn_deg"),
    [
        (SOUTH, (0.0, 4e5), 0.0),  # at 0 E north is up
        (SOUTH, (4e5, 0.0), 90.0),  # at 90 E it is to the right
        (SOUTH, (-3e5, -3e5), 225.0),
        (NORTH, (0.0, -4e5), 0.0),
        (NORTH, (4e5, 0.0), 270.0),
    ],
)
def test_the_arrow_points_north(crs: str, centre: tuple[float, float], turn_deg: float) -> None:
    image = made_map(np.zeros((50, 50)), crs, 100.0, centre)
    axes = axes_of(image)
    draw_north(axes, image, 10.0)
    if turn_deg == 0.0:
        assert not axes.texts
        return
    arrow = axes.texts[0]
    (x1, y1), (x0, y0) = arrow.xy, arrow.xyann
    assert np.degrees(np.arctan2(x1 - x0, y1 - y0)) % 360.0 == pytest.approx(turn_deg, abs=0.2)


def test_names_stand_in_the_frame_and_never_touch() -> None:
    image = made_map(np.zeros((1536, 1536), np.float32), SOUTH, 240.0)
    axes = axes_of(image)
    taken = draw_marks(axes, image, [Mark(-89.45, 222.8, "a"), Mark(10.0, 0.0, "off")], 8.0)
    draw_names(axes, image, taken, 8.0)
    renderer = axes.figure.canvas.get_renderer()
    names = [text for text in axes.texts if text.get_text() != "1"]
    said = {text.get_text() for text in names}
    assert {"Shackleton", "Haworth", "Shoemaker", "Faustini", "de Gerlache", "Cabeus"} <= said
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    frame = axes.get_window_extent()
    for i, box in enumerate(boxes):
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert not any(box.overlaps(other) for other in boxes[:i])
    # Not the basins that hold the whole map, nor craters of a few pixels.
    small = axes_of(image)
    draw_names(small, made_map(np.zeros((160, 160)), SOUTH, 100.0, (-8e3, -9e3)), [], 8.0)
    assert "Sverdrup" not in {text.get_text() for text in small.texts}


def test_ranges_suit_the_kind_of_layer() -> None:
    values = np.array([[0.0, 0.2], [0.5, np.nan]])
    share = look_of(made_map(values))
    assert (share.norm.vmin, share.norm.vmax, share.factor) == (0.0, 100.0, 100.0)
    hours = look_of(made_map(values * 1e5 + 50.0, name="longest_dark_h", unit="h"))
    assert hours.norm.vmin == 50.0
    assert hours.ticks[0][1] == "3 d"
    ground = look_of(made_map(np.array([[1, 3], [3, 5]], np.uint8), name="kinds", unit=""))
    assert [words for _, words in ground.classes] == ["1", "3", "5"]
    seasons = look_of(made_map(np.array([[0.0, 3.0], [np.nan, 1.0]]), name="light_seasons"))
    assert [words for _, words in seasons.ticks] == ["0", "1", "2", "3"]
    for name, unit in (("slope_deg", "deg"), ("mean_temperature_k", "K"), ("elevation_m", "m")):
        for odd in (np.full((2, 2), np.nan), np.zeros((2, 2)), values):
            look = look_of(made_map(odd, name=name, unit=unit))
            assert look.norm.vmin < look.norm.vmax


ODD = {
    "tiny": np.array([[0.1, 0.2], [0.3, 0.9]]),
    "empty": np.full((5, 7), np.nan),
    "dark": np.zeros((30, 20), np.float32),
    "narrow": np.linspace(0.0, 1.0, 3000, dtype=np.float32).reshape(3, 1000),
    "holes": np.where(np.eye(40) > 0.0, np.nan, 0.5),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("crs", [SOUTH, LOCAL])
def test_any_map_can_be_drawn(kind: str, crs: str, tmp_path: Path) -> None:
    image = made_map(ODD[kind], crs, 500.0, (1e3, 5e4))
    terrain = terrain_of(image, np.nan_to_num(ODD[kind]) * 100.0)
    path = tmp_path / "map.png"
    draw_map(image, path, terrain=terrain, title="A title", marks=[Mark(-89.0, 3.0, "here")],
             size_px=500)  # fmt: skip
    picture = mpl_image.imread(path)
    assert picture.shape[1] == 500
    assert picture[..., :3].std() > 0.01
    assert [p.name for p in tmp_path.iterdir()] == ["map.png"]


def test_units_and_classes_and_masks_can_be_drawn(tmp_path: Path) -> None:
    base = made_map(np.random.default_rng(2).random((700, 700)).astype(np.float32), SOUTH, 300.0)
    hours = base.with_values("longest_dark_h", "Dark", "h", base.values * 1e4)
    classes = base.with_values("ground", "Ground", "", (base.values * 6).astype(np.uint8))
    shaded = base.with_values("shaded", "Shaded", "", base.values > 0.5)
    for number, image in enumerate((hours, classes, shaded)):
        draw_map(image, tmp_path / f"{number}.png", terrain=None, features=False, size_px=500)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_map_gives_the_same_picture(ending: str, tmp_path: Path) -> None:
    image = made_map(np.linspace(0.0, 1.0, 900, dtype=np.float32).reshape(30, 30))
    terrain = terrain_of(image, image.values * 500.0)
    for name in ("a", "b"):
        draw_map(image, tmp_path / f"{name}.{ending}", terrain=terrain, size_px=400)
    first, second = ((tmp_path / f"{n}.{ending}").read_bytes() for n in "ab")
    assert first == second


def test_made_up_ground_is_marked(tmp_path: Path) -> None:
    yellow = []
    for file in (SYNTHETIC, FILE):
        image = made_map(np.full((20, 20), 0.3), SOUTH, 500.0, file=file)
        draw_map(image, tmp_path / "map.png", terrain=None, features=False, size_px=800)
        red, green, blue = mpl_image.imread(tmp_path / "map.png")[:, :600, :3].transpose(2, 0, 1)
        yellow.append(np.count_nonzero((red > 0.95) & (green > 0.75) & (blue < 0.4)))
    assert yellow[0] > 300
    assert yellow[1] == 0


def test_relief_is_lit_from_the_upper_left(tmp_path: Path) -> None:
    """A hill on a layer of one value: bright on the upper left side, dark on the other."""
    image = made_map(np.full((200, 200), 0.6), SOUTH, 100.0, (5e4, 5e4))
    row, column = np.indices((200, 200)) - 99.5
    hill = 2000.0 * np.exp(-(row**2 + column**2) / 40.0**2)
    draw_map(image, tmp_path / "map.png", terrain=terrain_of(image, hill), features=False,
             size_px=600)  # fmt: skip
    picture = mpl_image.imread(tmp_path / "map.png")[..., :3].mean(axis=2)
    # The map's box lies from 7.8 to 78.5 % of the width; 8.5 % of the width is above it.
    left, top, side = 0.078 * 600, 0.085 * 600, 0.707 * 600
    middle = np.array([top + side / 2.0, left + side / 2.0])

    def brightness(down: float, right: float) -> float:
        y, x = (middle + np.array([down, right]) * side).astype(int)
        return float(picture[y - 8 : y + 8, x - 8 : x + 8].mean())

    assert brightness(-0.1, -0.1) > brightness(0.1, 0.1) + 0.1


@pytest.mark.parametrize("shift", [0.0, 1.0 / 3.0])
def test_an_even_slope_is_evenly_lit_to_the_edge_of_the_map(shift: float) -> None:
    """At the edge of the relief there must be no rim without shade."""
    image = made_map(np.full((40, 40), 0.6), SOUTH, 100.0, (5e4 + shift, 5e4 + shift))
    row, column = np.indices((40, 40))
    colours = painted(image, terrain_of(image, 30.0 * (row + column)), look_of(image))
    np.testing.assert_allclose(colours, np.broadcast_to(colours[20, 20], colours.shape), atol=2e-3)
    assert colours[20, 20].mean() > painted(image, None, look_of(image))[20, 20].mean() + 0.02


def test_names_of_pictures_are_checked(tmp_path: Path) -> None:
    image = made_map(np.zeros((4, 4)))
    for path, said in ((tmp_path / "a.jpg", "ends with"), (tmp_path / "no" / "a.png", "exists")):
        with pytest.raises(InputError, match=said):
            draw_map(image, path, terrain=None)
    with pytest.raises(InputError, match="400"):
        draw_map(image, tmp_path / "a.png", terrain=None, size_px=10)
