"""Moon view of sets of ground stations, 2026 to 2044, by intervals instead of samples.

The authority is a computation of its own: skyfield's full chain over DE421 with ITRS rotation,
2026 to 2044 every 30 minutes, no refraction, the Moon's centre. Here a place below the Earth stands
for the centre; parallax turns its direction by 0.04 degrees at most.
"""

import numpy as np
import pytest

from moonstead.comms.ground_stations import ground_stations_named, load_ground_stations
from moonstead.comms.intervals import complement, duration_s, longest_s, union
from moonstead.comms.nodes import GroundNode, MoonPlace
from moonstead.comms.visibility.sights import sights
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import from_utc
from moonstead.environment.turning import turning_over
from moonstead.units import HOUR_S

WITHIN_FRACTION = 0.003
START_T_S, END_T_S = from_utc("2026-01-01"), from_utc("2045-01-01")
CENTRE = MoonPlace(name="centre", latitude_deg=0.0, longitude_deg=0.0, radius_m=MOON_RADIUS_M)
THE_THREE = ("kashi", "jiamusi", "neuquen")
SETS = [
    (("kashi",), (0.454, 0.415), None),
    (("jiamusi",), (0.446, 0.399), None),
    (("neuquen",), (0.455, 0.416), None),
    (("kashi", "jiamusi"), (0.600, 0.557), (14.5, 16.5)),
    (THE_THREE, (0.997, 0.965), (1.0, 2.5)),
    ((*THE_THREE, "bear-lakes", "ussuriysk"), (0.999, 0.971), (0.5, 2.0)),
    ((*THE_THREE, "hartebeesthoek"), (0.997, 0.966), (1.0, 2.5)),
    ((*THE_THREE, "swakopmund"), (0.997, 0.966), (1.0, 2.5)),
    ((*THE_THREE, "dss-24"), (0.999, 0.992), (1.0, 2.5)),
    (("bear-lakes", "ussuriysk"), (0.692, 0.623), (18.5, 20.5)),
    (("dss-24", "dss-34", "dss-56"), (0.9999, 0.986), (0.5, 1.5)),
    (("new-norcia", "cebreros", "malargue"), (0.957, 0.932), (4.0, 5.0)),
    (("byalalu",), (0.464, 0.434), None),
]


@pytest.fixture(scope="module")
def views() -> dict[tuple[str, float], np.ndarray]:
    """When each station sees the Moon, by name and mask."""
    names = sorted({name for names, *_ in SETS for name in names})
    nodes = [
        GroundNode(station=station, mask_deg=mask_deg)
        for station in ground_stations_named(names, load_ground_stations())
        for mask_deg in (5.0, 10.0)
    ]
    turning = turning_over(load_ephemeris(), START_T_S, END_T_S)
    found = sights([(CENTRE, node) for node in nodes], START_T_S, END_T_S, turning)
    return {
        (node.name, node.mask_deg): sight.received_t_s
        for node, sight in zip(nodes, found, strict=True)
    }


@pytest.mark.parametrize("mask_deg", [5.0, 10.0])
@pytest.mark.parametrize(("names", "fractions", "gaps_h"), SETS)
def test_moon_view(
    views: dict[tuple[str, float], np.ndarray],
    names: tuple[str, ...],
    fractions: tuple[float, float],
    gaps_h: tuple[float, float] | None,
    mask_deg: float,
) -> None:
    which = 0 if mask_deg == 5.0 else 1
    seen = union(*[views[name, mask_deg] for name in names])
    share = duration_s(seen) / (END_T_S - START_T_S)
    assert share == pytest.approx(fractions[which], abs=WITHIN_FRACTION)
    if gaps_h:
        longest_h = longest_s(complement(seen, START_T_S, END_T_S)) / HOUR_S
        # A gap of so many samples of half an hour lasts up to half an hour more or less.
        assert gaps_h[which] - 0.5 <= longest_h <= gaps_h[which] + 0.5
