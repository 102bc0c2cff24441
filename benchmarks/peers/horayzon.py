"""HORAYZON's ray caster (Steger et al. 2022), in the form its author publishes on PyPI.

HORAYZON itself is not on a package registry and asks for conda. Its sibling ``horayzon-extpar`` by
the same author takes any triangle mesh, carries the same search (any-hit rays, the last azimuth's
horizon as first guess: HORAYZON's ``guess_constant``) and Embree 4 in the wheel.
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator

import numpy as np

from peers.contract import Facts, Floats, Ints, Timer, answer, by_pixels, installed, read_job
from peers.mesh import triangles, vertices_m

# A centre and a pole so far away that the sphere is a plane and north is the top of the map.
FAR_M = 1e11
LOWEST_DEG = -30.0
RAY_OFFSET = 10.0


def main() -> None:
    version = installed("horayzon-extpar")
    terrain_type = importlib.import_module("horayzon_extpar").Terrain
    job = read_job()
    accuracy_deg = float(sys.argv[2])
    count = job.azimuths_deg.size
    reach_m = max(1000.0, float(np.hypot(*job.heights_m.shape)) * job.pixel_m)
    with quiet(), Timer() as prepared:
        terrain = terrain_type()
        terrain.initialise(
            vertices_m(job.heights_m, job.pixel_m),
            triangles(*job.heights_m.shape),
            np.array([0.0, 0.0, -FAR_M], dtype=np.float32),
            np.array([0.0, FAR_M, 0.0], dtype=np.float32),
        )

    def solve(pixels: Ints) -> Floats:
        slice_of = np.array([pixels[0], pixels[-1] + 1], dtype=np.uint32)
        with quiet():
            found = terrain.horizon_vertex(
                count, 0.0, slice_of, reach_m, RAY_OFFSET, accuracy_deg, LOWEST_DEG
            )
        return np.asarray(found, dtype=np.float64)

    facts = Facts(
        "HORAYZON (extpar)", version, "MIT", f"accuracy {accuracy_deg:g} deg", surface="plane"
    )
    answer(facts, by_pixels(job, solve, prepared.seconds))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send what the C++ code prints to nowhere."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


if __name__ == "__main__":
    main()
