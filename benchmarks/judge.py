"""How far a tool's horizons are from the marched ones, and whom its speed may be compared with."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from peers.contract import Floats, Job
from truth import FINE_STEP_PIXELS, STEP_PIXELS, flat_horizon, sphere_horizon

NEAR_PIXELS = 3.0
MARGIN_PIXELS = 20
EARTH_RADIUS_M = 6_371_000.0  # of r.horizon


@dataclass(frozen=True, slots=True)
class Errors:
    """Distances from the truth over samples, degrees; ``mean_deg`` keeps the sign."""

    samples: int
    median_deg: float
    p95_deg: float
    max_deg: float
    mean_deg: float
    mean_absolute_deg: float


def true_horizon(
    job: Job, surface: str, azimuth_deg: Floats, step_pixels: float
) -> tuple[Floats, Floats]:
    """Return (elevation_deg, distance_pixels) of the job's samples over a tool's own surface."""
    samples = (job.rows, job.cols, azimuth_deg)
    if surface == "moon":
        frame = (job.pixel_m, job.left_m, job.top_m)
        return sphere_horizon(job.heights_m, *frame, *samples, step_pixels)
    radius_m = EARTH_RADIUS_M if surface == "earth" else np.inf
    return flat_horizon(job.heights_m, job.pixel_m, *samples, radius_m, step_pixels)


def judged(
    job: Job, told: dict[str, Any], elevation_deg: Floats, azimuth_deg: Floats
) -> dict[str, dict[str, float]]:
    """Compare a tool's answers with the truth over the classes of samples.

    ``far``: the horizon is more than three pixels away. ``interior``: the observer is at least
    MARGIN_PIXELS from the edge. ``all`` has every sample that has a horizon. ``judged`` is what
    tools are compared by: far and interior, where a tool that calls negative horizons zero is
    compared with a truth that does so too. ``fine`` is the same against a march in fine steps, and
    ``march`` how far the truth itself is from that.
    """
    last = np.array(job.heights_m.shape) - 1 - MARGIN_PIXELS
    inside = (job.rows >= MARGIN_PIXELS) & (job.rows <= last[0])
    inside &= (job.cols >= MARGIN_PIXELS) & (job.cols <= last[1])

    def against(step_pixels: float) -> tuple[Floats, Floats, Floats]:
        truth_deg, distance_pixels = true_horizon(job, told["surface"], azimuth_deg, step_pixels)
        fair_deg = np.maximum(truth_deg, 0.0) if told["clamped"] else truth_deg
        return elevation_deg - truth_deg, elevation_deg - fair_deg, distance_pixels

    error_deg, fair_error_deg, distance_pixels = against(STEP_PIXELS)
    _, fine_error_deg, _ = against(FINE_STEP_PIXELS)
    known = np.isfinite(error_deg)
    far = known & (distance_pixels > NEAR_PIXELS)
    classes = {
        "judged": fair_error_deg[far & inside],
        "fine": fine_error_deg[far & inside],
        "march": (fine_error_deg - fair_error_deg)[far & inside],
        "far": error_deg[far],
        "all": error_deg[known],
    }
    return {name: asdict(errors_of(of_class)) for name, of_class in classes.items()}


def errors_of(error_deg: Floats) -> Errors:
    if error_deg.size == 0:
        return Errors(0, *[float("nan")] * 5)
    size_deg = np.abs(error_deg)
    middle, high, worst = (float(np.percentile(size_deg, at)) for at in (50, 95, 100))
    return Errors(
        error_deg.size, middle, high, worst, float(error_deg.mean()), float(size_deg.mean())
    )


def ratios(ours: dict[str, Any], peers: list[dict[str, Any]]) -> dict[str, Any]:
    """Say how many times faster ours is than the peers, by who is more accurate.

    A tool is at least as accurate as another when neither its median nor its 95th percentile is
    larger.
    """

    def at_least_as_accurate(one: dict[str, Any], other: dict[str, Any]) -> bool:
        mine, yours = one["errors"]["judged"], other["errors"]["judged"]
        return bool(
            mine["median_deg"] <= yours["median_deg"] and mine["p95_deg"] <= yours["p95_deg"]
        )

    def over_fastest(some: list[dict[str, Any]]) -> dict[str, Any] | None:
        if not some:
            return None
        fastest = max(some, key=lambda run: float(run["rate_per_s"]))
        ratio = ours["rate_per_s"] / fastest["rate_per_s"]
        return {"tool": fastest["tool"], "settings": fastest["settings"], "ratio": ratio}

    return {
        "fastest": over_fastest(peers),
        "fastest_no_more_accurate_than_ours": over_fastest(
            [peer for peer in peers if at_least_as_accurate(ours, peer)]
        ),
        "fastest_at_least_as_accurate_as_ours": over_fastest(
            [peer for peer in peers if at_least_as_accurate(peer, ours)]
        ),
    }
