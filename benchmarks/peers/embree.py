"""Embree through embreex: a ray caster, with the horizon found by bisection of rays.

The way to use Embree for horizons without own C++: a mesh of two triangles a cell, rays in large
arrays, the elevation halved until RAYS rays have been cast for each pixel-azimuth.
"""

import importlib

import numpy as np

from peers.contract import Facts, Floats, Ints, Timer, answer, by_pixels, installed, read_job
from peers.mesh import triangles, vertices_m

RAYS = 12
LOWEST_DEG, HIGHEST_DEG = -40.0, 60.0
LIFT_M = 0.01  # the ray starts above the ground, or it meets the triangle that it stands on


def main() -> None:
    version = installed("embreex")
    scenes = importlib.import_module("embreex.rtcore_scene")
    meshes = importlib.import_module("embreex.mesh_construction")
    job = read_job()
    points_m = vertices_m(job.heights_m, job.pixel_m)
    with Timer() as prepared:
        scene = scenes.EmbreeScene()
        meshes.TriangleMesh(scene, points_m, triangles(*job.heights_m.shape).astype(np.int32))
        first = np.array([[0.0, 0.0, 1.0]], dtype=np.float32)
        scene.run(points_m[:1] + first, first)  # builds the tree
    azimuth = np.radians(job.azimuths_deg)

    def solve(pixels: Ints) -> Floats:
        origin_m = np.repeat(points_m[pixels], azimuth.size, axis=0)
        origin_m[:, 2] += LIFT_M
        east, north = np.tile(np.sin(azimuth), pixels.size), np.tile(np.cos(azimuth), pixels.size)
        low_deg = np.full(east.size, LOWEST_DEG)
        high_deg = np.full(east.size, HIGHEST_DEG)
        for _ in range(RAYS):
            middle_deg = 0.5 * (low_deg + high_deg)
            level = np.cos(np.radians(middle_deg))
            ray = np.stack([east * level, north * level, np.sin(np.radians(middle_deg))], axis=1)
            hit = scene.run(origin_m, ray.astype(np.float32), query="OCCLUDED") == 0
            low_deg, high_deg = (
                np.where(hit, middle_deg, low_deg),
                np.where(hit, high_deg, middle_deg),
            )
        middle_deg = 0.5 * (low_deg + high_deg)
        return np.asarray(middle_deg.reshape(pixels.size, azimuth.size))

    facts = Facts("Embree (embreex)", version, "BSD", f"bisection, {RAYS} rays", surface="plane")
    answer(facts, by_pixels(job, solve, prepared.seconds))


if __name__ == "__main__":
    main()
