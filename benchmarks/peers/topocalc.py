"""topocalc 0.5: horizons by sweeping skewed rows (Dozier and Frew 1990)."""

import importlib

import numpy as np

from peers.contract import Facts, Floats, answer, by_azimuth, installed, read_job


def main() -> None:
    version = installed("topocalc")
    horizon = importlib.import_module("topocalc.horizon").horizon
    job = read_job()

    def solve(direction: int) -> Floats:
        # topocalc: 0 is South, East is positive, -180 to 180; it returns the cosine of the angle
        # from the zenith and never looks below zero.
        turned_deg = (180.0 - job.azimuths_deg[direction] + 180.0) % 360.0 - 180.0
        return np.asarray(horizon(turned_deg, job.heights_m, job.pixel_m))

    def read(cosine: Floats) -> Floats:
        return np.asarray(np.degrees(np.arcsin(cosine)))

    facts = Facts("topocalc", version, "CC0-1.0", "as it is", surface="plane", clamped=True)
    answer(facts, by_azimuth(job, solve, read))


if __name__ == "__main__":
    main()
