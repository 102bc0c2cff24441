"""Orbits by brahe, in its own environment: a task as JSON comes in, states and times go out.

brahe fetches kernels when it misses them; benchmarks/orbits.py, which runs this, puts them into a
cache folder first.
"""

import json
import sys
import time
from typing import Any

import brahe  # type: ignore[import-not-found]
import numpy as np


def main() -> None:
    task = json.load(sys.stdin)
    brahe.set_global_eop_provider(brahe.StaticEOPProvider.from_zero())
    brahe.load_spice_kernel("de440s")
    brahe.load_spice_kernel("moon_pa_de440")
    gravity = brahe.GravityConfiguration.spherical_harmonic(
        task["degree"], task["degree"], brahe.GravityModelType.from_file(task["gravity"])
    )
    forces = brahe.ForceModelConfig.for_body(
        brahe.CentralBody.Moon,
        gravity=gravity,
        third_body=[brahe.ThirdBody.EARTH, brahe.ThirdBody.SUN, brahe.ThirdBody.JUPITER_BARYCENTER],
    )
    json.dump([flown(orbit, task, forces) for orbit in task["orbits"]], sys.stdout)


def flown(orbit: list[float], task: dict[str, Any], forces: Any) -> dict[str, Any]:
    settings = (
        brahe.NumericalPropagationConfig.high_precision()
        .with_method(getattr(brahe.IntegrationMethod, task["method"]))
        .with_abs_tol(task["tolerance"])
        .with_rel_tol(task["tolerance"])
    )
    days, seconds = divmod(task["epoch_t_s"], 86400.0)
    epoch = brahe.Epoch.from_jd(2451545.0 + days, brahe.TimeSystem.TT) + seconds
    began = time.perf_counter()
    flight = brahe.NumericalOrbitPropagator(epoch, np.array(orbit), settings, forces)
    flight.propagate_to(epoch + task["duration_s"])
    state = flight.current_state()
    return {"state": list(state), "wall_s": time.perf_counter() - began}


if __name__ == "__main__":
    main()
