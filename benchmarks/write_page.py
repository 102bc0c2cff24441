"""Write the benchmark page of the documentation from results of ``horizon.py``.

python benchmarks/write_page.py RESULTS.json [RESULTS.json ...] --out docs/benchmarks.md
"""

import argparse
import json
from pathlib import Path
from typing import Any

from judge import MARGIN_PIXELS, NEAR_PIXELS
from table import TITLES, missing_of, ratios_of, row_of
from truth import FINE_STEP_PIXELS, STEP_PIXELS

CLASSES = {
    "judged": "as in the table above",
    "fine": f"the same, the march in steps of 1/{1 / FINE_STEP_PIXELS:.0f} pixel",
    "march": "the table's march against the one in those fine steps",
    "far": "the whole map, edges included, negative horizons as they are",
    "all": "the whole map and every distance",
}

HEAD = f"""# Benchmarks: horizons

*Written by `benchmarks/write_page.py` from measured results; do not edit.*

How long it takes to find the horizon of every pixel of a map in every direction, and how far off
it is, for Moonstead and for the tools of the field, side by side: the same terrain, the same
azimuths, the same machine, one after the other, each in a process of its own. Quote the ratios,
not the seconds.

- **M/s** is millions of pixel-azimuths a second. The clock runs over the horizons alone; a peer's
  reading of the terrain and building of its mesh is not counted, all that Moonstead does is. The
  fastest of the repeats counts. A time with ~ is scaled up from the part done within the budget;
  the directions or blocks of the part are drawn at random, and a tool that did only some of the
  directions is judged in those.
- **cores** is processor time over wall time, **GB** the most memory held.
- **Errors**, in degrees, are distances from a ray march in double precision: bilinear terrain, a
  step of {STEP_PIXELS:g} pixels to the map's edge, random pixels and directions. Each tool is
  compared with the march over the surface that it assumes: a plane, Earth's curvature (r.horizon
  offers nothing else), or the Moon's sphere (Moonstead). The tables count horizons more than
  {NEAR_PIXELS:g} pixels away, seen from at least {MARGIN_PIXELS} pixels inside the map; nearer ones
  depend on what one takes to lie between posts, and differ between all tools. topocalc never
  answers below zero and is compared with a truth that does not either. *mean* keeps the sign.
- The march itself misses crests between its steps and is a little low; the second table of a run
  says how much.
- A tool is *at least as accurate* as another when neither its median nor its 95th percentile is
  larger.
"""

PEERS = """## The peers, and what to know of them

- **topocalc** sweeps skewed rows, on one core. It calls every horizon below the observer zero.
- **HORAYZON** is on no package registry. What runs here is `horayzon-extpar` by the same author:
  the same search (any-hit rays, the last azimuth's horizon as first guess) on Embree 4, for any
  mesh. Not of this run: on another occasion HORAYZON 1.2 itself, on Embree 3, reached 0.8 times
  the speed of topocalc with this search and 0.2 times with its binary search.
- **Embree** through `embreex`, bisection of rays in large arrays: what one gets without own C++,
  on one core. Its triangles are not the bilinear ground of the march; the same holds for HORAYZON.
- **GRASS r.horizon** works through raster files, on one core, always with Earth's curvature.
- **RVT** looks no farther than a radius that is given to it, and its work grows with it. It does
  not hand out horizons; they are taken from its openness, one direction at a time. No ratio is
  formed with it.

To repeat this:

```
python benchmarks/setup_peers.py --apt
python benchmarks/horizon.py --azimuths 16 36 360 --out results.json
python benchmarks/write_page.py results.json --out docs/benchmarks.md
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    reports = [json.loads(path.read_text()) for path in given.results]
    given.out.write_text(page(reports))


def page(reports: list[dict[str, Any]]) -> str:
    parts = [HEAD]
    for report in reports:
        told = dict.fromkeys((run["terrain"], run["azimuths"]) for run in report["runs"])
        parts += [section(report, *about) for about in told]
    parts.append(PEERS)
    return "\n".join(parts)


def section(report: dict[str, Any], terrain: str, azimuths: int) -> str:
    def here(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [x for x in things if (x["terrain"], x["azimuths"]) == (terrain, azimuths)]

    runs = here(report["runs"])
    lines = [f"## {runs[0]['ground']}, {azimuths} azimuths", "", where(report), ""]
    lines += markdown(TITLES, [row_of(run) for run in runs])
    for about in here(report["ratios"]):
        said = [f"- {line}" for line in ratios_of(about)]
        lines += ["", "Moonstead's speed is", "", *said] if said else []
    ours = [run for run in runs if run["name"].startswith("moonstead")]
    for run in ours:
        lines += ["", f"Moonstead ({run['settings']}) by samples and truth:", "", *classes(run)]
    lines += [line for gap in here(report["missing"]) for line in ("", missing_of(gap))]
    return "\n".join([*lines, ""])


def where(report: dict[str, Any]) -> str:
    machine, moonstead = report["machine"], report["moonstead"]
    load = [machine[f"load_average_at_{when}"] for when in ("start", "end")]
    return (
        f"{machine['date']}, {machine['cores']} cores of {machine['processor']}, "
        f"{machine['memory_gib']:g} GiB, {machine['system']}, Python {machine['python']}, "
        f"Moonstead {moonstead['version']} ({moonstead['commit']}). "
        f"Load average {load[0]:.1f} before, {load[1]:.1f} after."
    )


def classes(run: dict[str, Any]) -> list[str]:
    keys = ("samples", "median_deg", "p95_deg", "max_deg", "mean_deg", "mean_absolute_deg")
    titles = ("samples of", "number", "median", "p95", "max", "mean", "mean size")
    rows = []
    for name, words in CLASSES.items():
        found = run["errors"][name]
        rows.append((words, str(found[keys[0]]), *(f"{found[key]:.4f}" for key in keys[1:])))
    return markdown(titles, rows)


def markdown(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (titles, ("---",) * len(titles), *rows)]


if __name__ == "__main__":
    main()
