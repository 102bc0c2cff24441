"""How fast regolith temperatures come, next to heat1d, in one run on the same grid and time step.

    python benchmarks/temperature.py [--heat1d PYTHON] [--pixels N] [--json]

PYTHON is an interpreter that has heat1d 0.3.2, which wants ``numpy<1.24`` and ``planets<0.5`` and
so an environment of its own; without one the peer's lines are left out. Both solve flat ground at
the equator with the cells and the time step that heat1d chooses (21 nodes, 830 steps a lunation).
The accuracy of both is measured against a run on a fine grid. Quote the ratio, not the seconds.
"""

import argparse
import json
import os
import subprocess
import time
from importlib import import_module
from typing import Any

LUNATION_DAYS = 29.53059
PEER_VARIABLE = "MOONSTEAD_HEAT1D_PYTHON"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heat1d", default=os.environ.get(PEER_VARIABLE, ""), metavar="PYTHON")
    parser.add_argument("--pixels", type=int, default=1024)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peer", type=float, metavar="LATITUDE", help=argparse.SUPPRESS)
    parser.add_argument("--peer-years", type=int, default=1, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer is not None:
        print(json.dumps(heat1d_run(given.peer, given.peer_years)))
        return
    results = measure(given.heat1d, given.pixels)
    print(json.dumps(results, indent=1) if given.json else table(results))


def measure(peer_python: str, pixels: int) -> dict[str, float]:
    results = own_rates(pixels)
    if peer_python:
        peer = ask_peer(peer_python, 0.0, 1)
        results["heat1d_pixel_days_per_s"] = peer["days"] / peer["seconds"]
        results["heat1d_columns_per_s"] = 1.0 / peer["seconds"]
        results["heat1d_error_k"] = error_k(peer)
        for name in ("one_pixel", "batch"):
            ratio = results[f"{name}_pixel_days_per_s"] / results["heat1d_pixel_days_per_s"]
            results[f"{name}_per_heat1d"] = ratio
        ratio = results["default_columns_per_s"] / results["heat1d_columns_per_s"]
        results["default_per_heat1d"] = ratio
    return results


def table(results: dict[str, float]) -> str:
    lines = [f"stepping, same grid and time step; {results['cores']:.0f} cores for a batch"]
    for label, name, unit in (
        ("heat1d 0.3.2, one column", "heat1d", "pixel_days_per_s"),
        ("moonstead, one pixel", "one_pixel", "pixel_days_per_s"),
        (f"moonstead, {results['pixels']:.0f} pixels", "batch", "pixel_days_per_s"),
        ("heat1d, a year and a lunation", "heat1d", "columns_per_s"),
        ("moonstead, defaults, 240 steps", "default", "columns_per_s"),
    ):
        if f"{name}_{unit}" not in results:
            continue
        line = f"{label:32s} {results[f'{name}_{unit}']:12,.1f} {unit}"
        line += f", rms error {results[f'{name}_error_k']:.2f} K"
        if f"{name}_per_heat1d" in results:
            line += f", {results[f'{name}_per_heat1d']:,.0f} times heat1d"
        lines.append(line)
    lines.insert(4 if len(lines) > 4 else 3, "finished columns, from a cold start")
    return "\n".join(lines)


def own_rates(pixels: int) -> dict[str, float]:
    import numba

    from moonstead.environment.regolith.properties import Regolith, column

    same = column(Regolith(), first_m=0.002898, growth=1.2, deepest_m=0.67)
    steps = 830  # heat1d's: 3074 s at the equator
    results = {"pixels": float(pixels), "cores": float(numba.get_num_threads())}
    for name, count in (("one_pixel", 1), ("batch", pixels)):
        seconds, _ = own_run(count, same, steps, 1)  # one cycle of spin-up, one recorded
        results[f"{name}_pixel_days_per_s"] = count * 2.0 * LUNATION_DAYS / seconds
        results[f"{name}_error_k"] = error_k(own_run(1, same, steps)[1])
    seconds, curve = own_run(pixels, column(), 240)
    results["default_columns_per_s"] = pixels / seconds
    results["default_error_k"] = error_k(curve)
    return results


def own_run(pixels: int, ground: Any, steps: int, spin_up: int = 4) -> tuple[float, dict[str, Any]]:
    import numpy as np

    from moonstead.environment.regolith.temperature import flux_temperatures

    flux = np.repeat(equator_flux(steps)[:, np.newaxis], pixels, axis=1)
    step_s = LUNATION_DAYS * 86400.0 / steps
    _, series = flux_temperatures(flux[:, :1], step_s, (0.0,), ground, keep_series=True)  # compiles
    begin = time.perf_counter()
    flux_temperatures(flux, step_s, (0.0,), ground, spin_up)
    seconds = time.perf_counter() - begin
    ends = (np.arange(steps) + 1.0) / steps
    return seconds, {"phase": list(ends), "surface_k": list(series[:, 0, 0])}


def equator_flux(steps: int) -> Any:
    import numpy as np

    from moonstead.environment.regolith.properties import SOLAR_CONSTANT_W_PER_M2, Regolith

    turn = 2.0 * np.pi * (np.arange(steps * 20) + 0.5) / (steps * 20)
    cosine = np.maximum(np.cos(turn), 0.0)
    flux = SOLAR_CONSTANT_W_PER_M2 * cosine * (1.0 - Regolith().albedo_at(np.arccos(cosine)))
    return flux.reshape(steps, 20).mean(axis=1)


def error_k(curve: dict[str, Any]) -> float:
    """Return the rms error of a surface curve against a fine run."""
    import numpy as np

    from moonstead.environment.regolith.properties import column

    _, fine = own_run(1, column(first_m=0.0007, growth=1.05, deepest_m=2.0), 4800)
    phase = np.array(curve["phase"])
    clear = (np.abs(phase - 0.25) > 0.005) & (np.abs(phase - 0.75) > 0.005)  # not across sunrise
    expected = np.interp(phase, fine["phase"], fine["surface_k"], period=1.0)
    return float(np.sqrt(np.mean((np.array(curve["surface_k"]) - expected)[clear] ** 2)))


def ask_peer(python: str, latitude_deg: float, years: int) -> dict[str, Any]:
    command = [python, "-W", "ignore", __file__]
    command += ["--peer", str(latitude_deg), "--peer-years", str(years)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def heat1d_run(latitude_deg: float, years: int) -> dict[str, Any]:
    """Run heat1d on flat ground under an equinox Sun; in an interpreter that has it."""
    import copy

    import numpy as np

    setattr(np, "float", float)  # noqa: B010  names that heat1d still uses
    setattr(np, "int", int)  # noqa: B010
    heat1d, planets = import_module("heat1d.main"), import_module("planets")

    moon = copy.copy(planets.Moon)
    moon.H, moon.albedo, moon.rAU, moon.eccentricity, moon.obliquity = 0.06, 0.12, 1.0, 0.0, 0.0
    config = heat1d.Configurator(NYEARSEQ=years)
    model = heat1d.Model(moon, np.radians(latitude_deg), ndays=1, config=config)
    begin = time.perf_counter()
    model.run()
    seconds = time.perf_counter() - begin
    return {
        "seconds": seconds,
        "days": (model.equiltime + moon.day) / 86400.0,
        "phase": list(model.lt / 24.0),
        "surface_k": list(model.T[:, 0]),
    }


if __name__ == "__main__":
    main()
