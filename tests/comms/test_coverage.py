"""How much of the time a set of ground stations sees the Moon.

The authority is a computation of its own: skyfield's full chain over DE421 with ITRS rotation,
2026 to 2044 every 30 minutes, no refraction, by another program than this one. Here the same
span is sampled by whole sidereal months, so that the suite stays fast.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from moonstead.comms.contacts import stations_in_view
from moonstead.comms.ground_stations import ground_stations_named, load_ground_stations
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.units import DAY_S, HOUR_S, MINUTE_S

WITHIN_FRACTION = 0.003  # sampling and the stations' coordinates, some of them from memory
STEP_S = 30.0 * MINUTE_S
SIDEREAL_MONTH_S = 27.321662 * DAY_S
SPANS = 14  # two months each, even over one turn of the lunar nodes

THE_THREE = ("kashi", "jiamusi", "neuquen")
SETS = [
    (("kashi",), 0.454, 0.415, None),
    (("jiamusi",), 0.446, 0.399, None),
    (("neuquen",), 0.455, 0.416, None),
    (("kashi", "jiamusi"), 0.600, 0.557, (14.5, 16.5)),
    (THE_THREE, 0.997, 0.965, (1.0, 2.5)),
    ((*THE_THREE, "bear-lakes", "ussuriysk"), 0.999, 0.971, (0.5, 2.0)),
    ((*THE_THREE, "hartebeesthoek"), 0.997, 0.966, (1.0, 2.5)),
    ((*THE_THREE, "dss-24"), 0.999, 0.992, (1.0, 2.5)),
    (("bear-lakes", "ussuriysk"), 0.692, 0.623, (18.5, 20.5)),
    (("dss-24", "dss-34", "dss-56"), 0.9999, 0.986, (0.5, 1.5)),
    (("new-norcia", "cebreros", "malargue"), 0.957, 0.932, (4.0, 5.0)),
    (("byalalu",), 0.464, 0.434, None),
]


@pytest.fixture(scope="module")
def elevations_deg() -> dict[str, NDArray[np.float64]]:
    """Elevation of the Moon by station name, spans along the first axis."""
    ephemeris = load_ephemeris()
    first_t_s, last_t_s = from_utc("2026-01-01"), from_utc("2045-01-01")
    count = int(2.0 * SIDEREAL_MONTH_S / STEP_S)
    starts = np.linspace(first_t_s, last_t_s - 2.0 * SIDEREAL_MONTH_S, SPANS)
    names = sorted({name for names, *_ in SETS for name in names})
    stations = ground_stations_named(names, load_ground_stations())
    seen: dict[str, list[NDArray[np.float64]]] = {name: [] for name in names}
    for start_t_s in starts:  # one span for all stations, as the Moon's place is kept in between
        for station in stations:
            place = (station.latitude_deg, station.longitude_deg, station.height_m)
            elevation = ephemeris.moon_from_ground(*place, float(start_t_s), STEP_S, count)
            seen[station.name].append(elevation)
    return {name: np.stack(spans) for name, spans in seen.items()}


def longest_gap_steps(in_view: NDArray[np.bool_]) -> int:
    seen = np.flatnonzero(np.concatenate([[True], in_view, [True]]))
    return int(np.diff(seen).max()) - 1


@pytest.mark.parametrize("mask_deg", [5.0, 10.0])
@pytest.mark.parametrize(("names", "at_5_deg", "at_10_deg", "gaps_h"), SETS)
def test_moon_view(
    elevations_deg: dict[str, NDArray[np.float64]],
    names: tuple[str, ...],
    at_5_deg: float,
    at_10_deg: float,
    gaps_h: tuple[float, float] | None,
    mask_deg: float,
) -> None:
    views = [
        stations_in_view(np.stack([elevations_deg[name][span] for name in names]), mask_deg)
        for span in range(SPANS)
    ]
    expected = at_5_deg if mask_deg == 5.0 else at_10_deg
    assert np.mean(views) == pytest.approx(expected, abs=WITHIN_FRACTION)
    if gaps_h:
        longest_h = max(longest_gap_steps(view) for view in views) * STEP_S / HOUR_S
        # A sampled span may miss the rare longest gap, but never finds one that is not there.
        expected_h = gaps_h[0] if mask_deg == 5.0 else gaps_h[1]
        assert expected_h - 1.0 <= longest_h <= expected_h
