"""RVT (rvt-py): the openness of one direction at a time is its horizon.

RVT looks as far as a radius that the user gives and its work grows with it; its horizons are those
within REACH_PIXELS.
"""

import importlib
from typing import Any

import numpy as np

from peers.contract import Facts, Floats, Timer, answer, by_azimuth, installed, read_job

REACH_PIXELS = 100


def main() -> None:
    version = installed("rvt-py")
    vis: Any = importlib.import_module("rvt.vis")
    job = read_job()
    heights = (job.heights_m / job.pixel_m).astype(np.float32)
    count = job.azimuths_deg.size
    with Timer() as prepared:
        moves = vis.horizon_shift_vector(num_directions=count, radius_pixels=REACH_PIXELS)
    # np.roll by a positive row shift brings what lies above: direction 0 is the top of the map,
    # and as a positive column shift brings what lies left, directions go counterclockwise.
    turned = [moves[key] for key in moves]

    def solve(direction: int) -> Floats:
        one = turned[(count - direction) % count]
        vis.horizon_shift_vector = lambda **_: {0.0: one}
        found = vis.sky_view_factor_compute(
            heights, REACH_PIXELS, 1, 1, compute_svf=False, compute_opns=True
        )
        return np.asarray(found["opns"])

    def read(openness_deg: Floats) -> Floats:
        return 90.0 - openness_deg.astype(np.float64)

    reach = f"reach {REACH_PIXELS} pixels only"
    facts = Facts("RVT", version, "Apache-2.0", reach, surface="plane", nearsighted=True)
    answer(facts, by_azimuth(job, solve, read, prepared.seconds))


if __name__ == "__main__":
    main()
