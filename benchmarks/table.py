"""A run of the horizon benchmark in words, for the screen and for the page."""

from typing import Any

TITLES = (
    *("tool", "settings", "whole map, s", "M/s", "cores", "GB"),
    *("samples", "median", "p95", "max", "mean"),
)

ABOUT = {
    "fastest": "the fastest peer",
    "fastest_no_more_accurate_than_ours": "the fastest peer that is no more accurate",
    "fastest_at_least_as_accurate_as_ours": "the fastest peer that is at least as accurate",
}


def row_of(run: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells under TITLES; a time that was scaled up begins with ~."""
    errors = run["errors"]["judged"]
    mark = "~" if run["scaled"] else ""
    return (
        f"{run['tool']} {run['version']}",
        run["settings"],
        f"{mark}{run['whole_s']:.2f}",
        f"{run['rate_per_s'] / 1e6:.2f}",
        f"{run['cores']:.1f}",
        f"{run['peak_memory_bytes'] / 1e9:.1f}",
        str(errors["samples"]),
        *(f"{errors[key]:.4f}" for key in ("median_deg", "p95_deg", "max_deg", "mean_deg")),
    )


def missing_of(gap: dict[str, Any]) -> str:
    """Say what was not measured, why, and how to get it."""
    return f"Missing: {gap['name']}, {gap['reason']}. To get it: {gap['how']}."


def ratios_of(about: dict[str, Any]) -> list[str]:
    """Say how many times faster Moonstead is than whom."""
    lines = []
    for key, whom in ABOUT.items():
        peer = about[key]
        if peer is not None:
            lines.append(f"{peer['ratio']:.1f} times {whom}, {peer['tool']} ({peer['settings']})")
        elif about["fastest"] is not None and key == "fastest_at_least_as_accurate_as_ours":
            lines.append("no peer is at least as accurate")
    return lines
