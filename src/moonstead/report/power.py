"""Power over the run: what the sources gave, what found no taker, what the loads took by class."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.report.spells import FloatArray
from moonstead.report.standing import Standing, read_standing
from moonstead.report.story import Story

Float32Array = NDArray[np.float32]
_ROUNDING = 1e-5
"""More than the record rounds its numbers by."""


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """Power series, one value a step, W."""

    drawn_w: dict[str, Float32Array]
    """By source."""
    offered_w: dict[str, Float32Array]
    """By source, with what found no taker."""
    generation_w: FloatArray
    """Drawn from all sources."""
    spilled_w: FloatArray
    """On offer from all sources without a taker."""
    by_class_w: dict[int, FloatArray]
    """Taken by the loads of each priority on every bus; links between buses are no loads here."""
    load_w: FloatArray
    """Of all classes."""
    standing: Standing
    """What it takes and can give standing still."""
    deliverable_j: FloatArray
    """What the stores of the main bus can still deliver, as the station measures it."""
    reserve_j: FloatArray
    """What of it survival may need."""
    margin_fraction: Float32Array
    mode: NDArray[np.int8]


def read_power(story: Story) -> Power:
    """Read and add up the power series of a run."""
    sources = story.series.channels("source_power_w")
    drawn_w = {name: story.read("source_power_w", name) for name in sources}
    offered_w = {name: drawn_w[name] + story.read("source_spilled_w", name) for name in sources}
    by_class_w: dict[int, FloatArray] = {}
    for name, load in final_loads(story):
        total_w = by_class_w.setdefault(load["priority"], np.zeros(story.n_steps))
        total_w += story.read("load_power_w", name)
    reserve_j, margin = story.read("reserve_j"), story.read("margin_fraction")
    standing = read_standing(story)
    generation_w = sum(drawn_w.values(), start=np.zeros(story.n_steps))
    return Power(
        drawn_w=drawn_w,
        offered_w=offered_w,
        generation_w=generation_w,
        spilled_w=sum(offered_w.values(), start=np.zeros(story.n_steps)) - generation_w,
        by_class_w=dict(sorted(by_class_w.items())),
        load_w=sum(by_class_w.values(), start=np.zeros(story.n_steps)),
        standing=standing,
        deliverable_j=np.maximum(margin.astype(np.float64) * standing.capacity_j + reserve_j, 0.0),
        reserve_j=reserve_j.astype(np.float64),
        margin_fraction=margin,
        mode=story.read("mode").astype(np.int8),
    )


def final_loads(story: Story) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the loads that use power themselves, with what the summary tells of them."""
    for name, load in story.summary["energy"]["loads"].items():
        if not load["is_link"]:
            yield name, load


def stays_on_floor(power: Power) -> bool:
    """Say whether no darkness ever asked for more in reserve than its floor, a fixed share."""
    held = power.standing.capacity_j > 0.0
    share = power.reserve_j[held] / power.standing.capacity_j[held]
    return bool(share.max(initial=0.0) <= share.min(initial=1.0) * (1.0 + _ROUNDING))
