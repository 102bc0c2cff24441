"""The terrains of the horizon benchmark: a seeded synthetic one, or a crop of a map file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

POSTS = 3000
SPACING_M = 20.0
MEAN_SLOPE_DEG = 14.0
CRATERS = 400
SPECTRUM_SLOPE = -2.0
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights above the Moon's reference sphere at the posts of a square polar map.

    ``heights_m`` is (rows, cols) float32; row 0 is the upper edge. ``left_m`` and ``top_m`` are the
    outer edges of the upper left pixel in the south polar stereographic plane of 30135
    (``rho = 2 R tan(colatitude / 2)``, ``x = rho sin(lon)``, ``y = rho cos(lon)``, up = +y).
    """

    name: str
    words: str
    heights_m: NDArray[np.float32]
    pixel_m: float
    left_m: float
    top_m: float


def synthetic(size: int) -> Terrain:
    """Fractal ground with bowl craters, 20 m posts, mean slope 14 degrees, cut from the centre."""
    rng = np.random.default_rng(SEED)
    heights_m = with_mean_slope(fractal(rng))
    for _ in range(CRATERS):
        add_crater(heights_m, rng)
    heights_m = with_mean_slope(heights_m)
    half_m = size * SPACING_M / 2.0
    return Terrain(
        name=f"synthetic-{size}",
        words=f"Synthetic ground, {size} x {size} posts of {SPACING_M:g} m, mean slope 14 degrees",
        heights_m=centre_crop(heights_m, size).astype(np.float32),
        pixel_m=SPACING_M,
        left_m=-11_000.0 - half_m,
        top_m=-12_000.0 + half_m,
    )


def from_file(path: Path, size: int) -> Terrain:
    """Read the centre of a south polar stereographic height map."""
    import rasterio

    with rasterio.open(path) as source:
        heights_m = source.read(1)
        affine = source.transform
    cut = min(size, *heights_m.shape)
    row, col = ((length - cut) // 2 for length in heights_m.shape)
    left_m, top_m = affine @ (col, row)
    return Terrain(
        name=f"{path.stem}-{cut}",
        words=f"Centre of {path.name}, {cut} x {cut} pixels of {affine.a:g} m",
        heights_m=centre_crop(heights_m, cut).astype(np.float32),
        pixel_m=float(affine.a),
        left_m=float(left_m),
        top_m=float(top_m),
    )


def fractal(rng: np.random.Generator) -> NDArray[np.float64]:
    """Gaussian ground whose amplitude falls with the square of the wave number, in any unit."""
    frequency = np.hypot(np.fft.fftfreq(POSTS)[:, None], np.fft.rfftfreq(POSTS)[None, :])
    frequency[0, 0] = np.inf
    noise = np.fft.rfft2(rng.standard_normal((POSTS, POSTS)))
    return np.asarray(np.fft.irfft2(noise * frequency**SPECTRUM_SLOPE, s=(POSTS, POSTS)))


def add_crater(heights_m: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Dig a parabolic bowl, a fifth as deep as wide, with a rim that falls with the cube."""
    radius = 8.0 * (1.0 - rng.random()) ** (-0.5)  # posts; number falls with radius squared
    radius = min(radius, POSTS / 10.0)
    row, col = rng.uniform(0.0, POSTS, 2)
    reach = int(3.0 * radius) + 2
    rows = np.arange(max(0, int(row) - reach), min(POSTS, int(row) + reach))
    cols = np.arange(max(0, int(col) - reach), min(POSTS, int(col) + reach))
    distance = np.hypot(rows[:, None] - row, cols[None, :] - col) / radius
    depth_m, rim_m = 0.4 * radius * SPACING_M, 0.08 * radius * SPACING_M
    bowl = rim_m - depth_m * (1.0 - np.minimum(distance, 1.0) ** 2)
    rim = rim_m * np.maximum(distance, 1.0) ** -3
    heights_m[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] += np.where(distance < 1, bowl, rim)


def with_mean_slope(heights_m: NDArray[np.float64]) -> NDArray[np.float64]:
    down, right = np.gradient(heights_m, SPACING_M)
    slope_deg = np.degrees(np.arctan(np.hypot(down, right)))
    factor = np.tan(np.radians(MEAN_SLOPE_DEG)) / np.tan(np.radians(slope_deg.mean()))
    return heights_m * float(factor)


def centre_crop(grid: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    row, col = ((length - size) // 2 for length in grid.shape)
    return grid[row : row + size, col : col + size]
