"""What the tasks of the sample problems are like: eleven families of activities of a polar station.

The figures are assumed, within what the literature gives for instruments, rovers and small process
plants of this size; they are there to be oversubscribed, not to describe any one station.
"""

from dataclasses import dataclass

UNITS = (
    *("rover-a", "rover-b", "drill", "lab", "plant"),
    *("telescope", "antenna", "glovebox", "arm"),
)
"""What only one task can have at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of activity; pairs are the least and the most of what is drawn evenly."""

    name: str
    share: float
    """Of all tasks, in proportion to the others."""
    units: tuple[str, ...]
    """One of them is held by each task."""
    duration_h: tuple[float, float]
    power_w: tuple[float, float]
    heat_share: float
    """Of the power, given to the station's thermal loop."""
    rate_bit_per_s: tuple[float, float] = (0.0, 0.0)
    operators: int = 0
    condition: str = ""
    """What must hold through the work: lit, earth (in view), quiet (not in view), relay."""
    points_per_h: float
    preheat_h: float = 0.0
    preheat_w: float = 0.0
    """May be left out while the Sun has kept the place warm (lit from the start on)."""
    turnaround_h: tuple[float, float] = (0.0, 0.0)
    """For which the unit is held after the work: charging, cleaning, cooling down."""
    lengths: tuple[float, ...] = (1.0,)
    """Options: the work takes so many times as long, and brings less or more."""


FAMILIES = (
    Family(
        name="traverse",
        share=14,
        units=("rover-a", "rover-b"),
        duration_h=(3, 7),
        power_w=(800, 1600),
        heat_share=0.1,
        rate_bit_per_s=(0.4e6, 1.2e6),
        operators=2,
        condition="lit",
        points_per_h=8.0,
        turnaround_h=(3, 7),
        lengths=(0.6, 1.0, 1.5),
    ),
    Family(
        name="crater scout",
        share=6,
        units=("rover-b",),
        duration_h=(2.5, 5),
        power_w=(1000, 1800),
        heat_share=0.1,
        rate_bit_per_s=(0.8e6, 2e6),
        operators=2,
        condition="relay",
        points_per_h=13.0,
        preheat_h=1.5,
        preheat_w=800,
        turnaround_h=(5, 9),
        lengths=(0.7, 1.0),
    ),
    Family(
        name="drilling",
        share=9,
        units=("drill",),
        duration_h=(5, 10),
        power_w=(1800, 3600),
        heat_share=0.3,
        rate_bit_per_s=(0.1e6, 0.3e6),
        operators=1,
        points_per_h=6.0,
        preheat_h=2.0,
        preheat_w=900,
        turnaround_h=(1, 3),
    ),
    Family(
        name="analysis",
        share=18,
        units=("lab",),
        duration_h=(2, 5),
        power_w=(1000, 2200),
        heat_share=0.9,
        rate_bit_per_s=(0.2e6, 0.6e6),
        points_per_h=7.0,
    ),
    Family(
        name="furnace",
        share=10,
        units=("plant",),
        duration_h=(4, 9),
        power_w=(3000, 6500),
        heat_share=0.6,
        points_per_h=8.0,
        preheat_h=2.0,
        preheat_w=1500,
        turnaround_h=(1, 4),
        lengths=(0.5, 1.0),
    ),
    Family(
        name="observation",
        share=10,
        units=("telescope",),
        duration_h=(4, 10),
        power_w=(300, 600),
        heat_share=0.5,
        rate_bit_per_s=(3e6, 8e6),
        points_per_h=4.0,
        lengths=(0.5, 1.0),
    ),
    Family(
        name="quiet listening",
        share=6,
        units=("antenna",),
        duration_h=(6, 16),
        power_w=(250, 500),
        heat_share=0.6,
        rate_bit_per_s=(3e6, 7e6),
        condition="quiet",
        points_per_h=3.0,
    ),
    Family(
        name="ranging",
        share=8,
        units=("telescope",),
        duration_h=(1, 2),
        power_w=(500, 1000),
        heat_share=0.6,
        operators=1,
        condition="earth",
        points_per_h=11.0,
    ),
    Family(
        name="biology",
        share=9,
        units=("glovebox",),
        duration_h=(2, 6),
        power_w=(1000, 2400),
        heat_share=0.9,
        rate_bit_per_s=(0.2e6, 1e6),
        operators=1,
        points_per_h=7.0,
    ),
    Family(
        name="servicing",
        share=8,
        units=("arm",),
        duration_h=(2, 4),
        power_w=(600, 1400),
        heat_share=0.2,
        operators=2,
        condition="lit",
        points_per_h=16.0,
    ),
    Family(
        name="sleep",
        share=2,
        units=("antenna", "lab", "glovebox"),
        duration_h=(8, 16),
        power_w=(-250, -100),
        heat_share=1.0,
        points_per_h=0.05,
    ),
)

CHAINS = {"traverse": "analysis", "crater scout": "analysis", "drilling": "analysis"}
"""What brings a sample, and what is done with it."""
