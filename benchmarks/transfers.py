"""How far patched conics are from flights under all forces, and how long a search takes.

    python benchmarks/transfers.py [--flights N] [--seed N]

Draws flights from five launch sites to places anywhere on the Moon between 2028 and 2036, corrects
each under all forces, and prints least, median and greatest of the differences.
"""

import argparse
import time

import numpy as np

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.site import Site
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.orbits.arrival import insertion_m_per_s, pole_over, site_up
from moonstead.orbits.launch_sites import find_launch_site
from moonstead.orbits.moon_track import MoonTrack
from moonstead.orbits.refine import FloatArray, Plane, refine
from moonstead.orbits.search import FLIGHT_DAYS, LOW_ORBIT_M
from moonstead.orbits.transfer import find_transfers
from moonstead.units import DAY_S

SITES = ("wenchang", "vostochny", "kourou", "plesetsk", "kennedy-39a")
COLUMNS = (
    ("injection, m/s more", 1.0),
    ("insertion, m/s more", 1.0),
    ("patched conic passes the Moon's centre at, km", 1e3),
    ("patched conic late by, h", 3600.0),
    ("turn of the parking plane, deg", 1.0),
    ("perilune off, m", 1.0),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flights", type=int, default=14, help="from each launch site")
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    ephemeris = load_ephemeris()
    rows: list[tuple[float, ...]] = []
    failed = 0
    for name in SITES:
        found, lost = _flights(name, asked.flights, rng, ephemeris)
        rows += found
        failed += lost
    table = np.array(rows)
    print(f"{len(rows) + failed} flights, {failed} without a correction")
    for (words, unit), values in zip(COLUMNS, table.T, strict=True):
        low, middle, high = np.quantile(values / unit, (0.0, 0.5, 1.0))
        print(f"{words:48} {low:10.2f} {middle:10.2f} {high:10.2f}")


def _over(up: FloatArray) -> Plane:
    return lambda way: pole_over(way, up)


def _flights(
    name: str, count: int, rng: np.random.Generator, ephemeris: Ephemeris
) -> tuple[list[tuple[float, ...]], int]:
    first_t_s = from_utc("2028-01-01") + rng.uniform(0.0, 3000.0) * DAY_S
    begin = time.perf_counter()
    track = MoonTrack(ephemeris, first_t_s, first_t_s + 380 * DAY_S)
    site = find_launch_site(name)
    transfers = find_transfers(site, track, first_t_s, 365, FLIGHT_DAYS * DAY_S, 200e3)
    print(f"{name}: {len(transfers)} transfers of a year in {time.perf_counter() - begin:.2f} s")
    rows: list[tuple[float, ...]] = []
    failed = 0
    for row in rng.choice(len(transfers), count, replace=False):
        place = Site("drawn", rng.uniform(-90.0, 90.0), rng.uniform(0.0, 360.0), 0.0, 0.0)
        landing_t_s = transfers.arrival_t_s[row] + rng.uniform(1.0, 14.0) * DAY_S
        up = site_up(place, ephemeris, landing_t_s)[0]
        try:
            refined = refine(
                transfers,
                int(row),
                _over(up),
                LOW_ORBIT_M,
                track=track,
                ephemeris=ephemeris,
            )
        except InputError:
            failed += 1
            continue
        excess = np.linalg.norm(transfers.excess_m_per_s[row])
        rows.append(
            (
                refined.tli_m_per_s - float(transfers.tli_m_per_s[row]),
                refined.insertion_m_per_s - float(insertion_m_per_s(excess, LOW_ORBIT_M)),
                refined.patched_miss_m,
                refined.patched_delay_s,
                refined.turn_deg,
                abs(refined.perilune_altitude_m - LOW_ORBIT_M),
            )
        )
    return rows, failed


if __name__ == "__main__":
    main()
