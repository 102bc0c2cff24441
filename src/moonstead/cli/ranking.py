"""What ``moonstead sites rank`` reads and writes."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from moonstead.errors import InputError, Problem
from moonstead.maps.criteria import CRITERIA
from moonstead.maps.image import MapImage
from moonstead.maps.rank import VARIED, Limit, RankedSite
from moonstead.record.files import write_atomically

LISTS = (".geojson", ".csv")
_LIMIT = re.compile(r"^\s*(\w+)\s*([<>])=?\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*$", re.IGNORECASE)
_LONGLAT = "urn:ogc:def:crs:IAU:2015:30100"


def parse_weights(text: str) -> dict[str, float]:
    """Read ``NAME=N,...``.

    Raises
    ------
    InputError
        Where a part is none, or a name comes twice.
    """
    weights: dict[str, float] = {}
    problems = []
    for part in text.split(","):
        name, _, number = (word.strip() for word in part.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = np.nan
        if not np.isfinite(value) or name in weights:
            remedy = "write each criterion once, with a number: light=3,earth=1"
            problems.append(Problem("--weights", "", repr(part), remedy))
        weights[name] = value
    if problems:
        raise InputError(problems)
    return weights


def parse_limit(text: str) -> Limit:
    """Read ``LAYER<N`` or ``LAYER>N``; both allow N itself.

    Raises
    ------
    InputError
        Where it is neither.
    """
    match = _LIMIT.match(text)
    try:
        value = float(match[3]) if match else np.nan
    except ValueError:
        value = np.nan
    if match is None or np.isnan(value):
        remedy = "write a layer, < or >, and a number: slope_deg<8"
        raise InputError(Problem("--limit", "", repr(text), remedy))
    return Limit(match[1], most=value) if match[2] == "<" else Limit(match[1], least=value)


def told(site: RankedSite) -> dict[str, Any]:
    """Return a site for JSON; null stands for an infinite distance."""
    row = asdict(site)
    for judged in row["judged"]:
        judged["value"] = judged["value"] if np.isfinite(judged["value"]) else None
    return row


def write_sites(
    rows: Sequence[Mapping[str, Any]], target: Path, images: Mapping[str, MapImage]
) -> None:
    """Write sites as GeoJSON or CSV, by the ending of the file.

    GeoJSON has longitudes of -180 to 180 degrees on the Moon, and says so in ``crs``: the form of
    2008, as that of 2016 knows the Earth only.
    """
    flat = [_flat(row) for row in rows]
    if target.suffix.lower() == ".csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(flat[0]) if flat else ["rank"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)
        write_atomically(target, text.getvalue().encode())
        return
    source = {file.name: file.product for image in images.values() for file in image.source}
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [
                    (row["longitude_deg"] + 180.0) % 360.0 - 180.0,
                    row["latitude_deg"],
                ],
            },
            "properties": row,
        }
        for row in flat
    ]
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": _LONGLAT}},
        "source": source,
        "features": features,
    }
    write_atomically(target, json.dumps(document, indent=1).encode() + b"\n")


def print_ranking(sites: Sequence[RankedSite], weights: Mapping[str, float]) -> None:
    """Print sites with what each criterion adds to the score."""
    console = Console()
    if not sites:
        console.print("No site keeps to the limits.")
        return
    table = Table(
        title="Best sites: what each criterion adds to the score, over its value",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for heading in ("", "latitude\ndeg", "longitude\ndeg E", "score"):
        table.add_column(heading, justify="right", no_wrap=True)
    for judged in sites[0].judged:
        table.add_column(f"{judged.criterion}\n{judged.unit}", justify="right", no_wrap=True)
    table.add_column("keeps\nplace", justify="right", no_wrap=True)
    table.add_column("stays\nlisted", justify="right", no_wrap=True)
    for site in sites:
        table.add_row(
            str(site.rank),
            f"{site.latitude_deg:.4f}",
            f"{site.longitude_deg:.3f}",
            f"{site.score:.3f}",
            *(f"{judged.contribution:.3f}\n{judged.value:.4g}" for judged in site.judged),
            f"{100.0 * site.keeps_place_fraction:.0f} %",
            f"{100.0 * site.stays_listed_fraction:.0f} %",
        )
    console.print(table)
    total = sum(weights.values())
    for judged in sites[0].judged:
        criterion = CRITERIA[judged.criterion]
        share = weights[criterion.name] / total
        console.print(f"{criterion.name}, {share:.0%}: {criterion.rule}; {criterion.why}")
    console.print(f"keeps place, stays listed: of all sets of weights varied by {VARIED:.0%}")


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in row.items() if name != "judged"}
    for judged in row["judged"]:
        flat[judged["layer"]] = judged["value"]
        flat[f"{judged['criterion']}_contribution"] = judged["contribution"]
    return flat
