"""Moonstead's own sweep, judged like the others."""

from collections.abc import Iterator

import numpy as np
import pyproj

from moonstead.environment.profile import TerrainFile
from moonstead.environment.sweep.horizons import (
    REACH_PX,
    HorizonMap,
    Window,
    azimuths_deg,
    sweep_horizons,
)
from moonstead.environment.terrain.grid import Terrain
from moonstead.version import VERSION
from peers.contract import Facts, Floats, Job, Run, Timer, answer, best_of, read_job

MAP = "IAU_2015:30135"  # south polar stereographic on the sphere


def main() -> None:
    job = read_job()
    terrain = terrain_of(job)
    compile_all(terrain, job.azimuths_deg.size)
    found: list[HorizonMap] = []

    def parts() -> Iterator[tuple[Timer, int]]:
        found.clear()
        with Timer() as timer:
            found.append(sweep_horizons([terrain], job.azimuths_deg.size, height_m=0.0))
        yield timer, job.pixel_azimuths

    seconds, cpu_seconds, done, repeats = best_of(job, parts)
    elevation_deg, azimuth_deg = sampled(job, found[0])
    facts = Facts("Moonstead", VERSION, "Apache-2.0", f"reach {REACH_PX} pixels", surface="moon")
    answer(facts, Run(0.0, seconds, cpu_seconds, done, repeats, elevation_deg, azimuth_deg))


def terrain_of(job: Job) -> Terrain:
    scale = 1.0 / job.pixel_m
    columns_rows = np.array(
        [
            [scale, 0.0, -job.left_m * scale - 0.5],
            [0.0, -scale, job.top_m * scale - 0.5],
        ]
    )
    return Terrain(
        heights_m=job.heights_m.astype(np.float32),
        pixel_m=job.pixel_m,
        file=TerrainFile("benchmark", "", ""),
        crs=pyproj.CRS(MAP),
        columns_rows=columns_rows,
    )


def compile_all(terrain: Terrain, directions: int) -> None:
    """Compile what is not in the cache, on a corner of the map."""
    corner = Window(0, 0, *(min(64, length) for length in terrain.heights_m.shape))
    sweep_horizons([terrain], directions, height_m=0.0, window=corner)


def sampled(job: Job, horizons: HorizonMap) -> tuple[Floats, Floats]:
    """Return the elevations and true azimuths of the job's samples."""
    latitude_deg, longitude_deg = horizons.places_deg()
    elevation_deg, azimuth_deg = np.empty(job.rows.size), np.empty(job.rows.size)
    for direction in np.unique(job.directions):
        whole_deg = horizons.elevation_deg(int(direction))
        heading_deg = horizons.heading_deg[[direction]]
        for n in np.flatnonzero(job.directions == direction):
            at = job.rows[n], job.cols[n]
            place_deg = float(latitude_deg[at]), float(longitude_deg[at])
            elevation_deg[n] = whole_deg[at]
            azimuth_deg[n] = azimuths_deg(horizons.frame, heading_deg, *place_deg)[0]
    return elevation_deg, azimuth_deg


if __name__ == "__main__":
    main()
