"""What the guard knows of the station: sent up before the run, and no part of the planner's model.

Made small on purpose, so that it can be checked line by line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from moonstead.autonomy.guard.energy.reserve import viable_reserve_j
from moonstead.autonomy.guard.modes import DARK_LEAD_S
from moonstead.contracts import BoolArray, FloatArray, Priority
from moonstead.units import DAY_S

GENERATION_DERATING = 0.8
"""Share of the forecast generation that the reserve counts on."""
FLOOR_FRACTION = 0.05
"""The reserve is never below this share of the capacity."""
COMMISSION_S = 5 * DAY_S
"""A store that comes later counts in the capacity after this: it comes empty, and a station that
was well before is not in need because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """Something that a command can set."""

    name: str
    element: str
    kind: Literal["load", "link", "source", "tie"]
    priority: int = Priority.SURVIVAL
    """Of the shedding ladder."""
    power_w: float = 0.0
    """Mean draw on the main bus at level 1; for a heater, what holds its set point."""
    generation_share: float = 0.0
    """For a source: its share of the generation on the main bus."""
    normal_level: float
    """When nothing is being done."""
    shed_level: float = 0.0
    """When its priority is shed: above 0 for a charger that keeps a parked rover alive."""
    hibernate_level: float = 1.0
    """The most in HIBERNATE, and the least then: a duty cycle for a heater, naps of a computer."""
    is_heater: bool = False
    """Whether it may be off in the light."""
    node: int = -1
    """Of a heater: place among the nodes in the telemetry of what it keeps warm; -1: unknown."""
    least_k: float = 0.0
    """Of a heater: what it keeps warm must not become colder while it is off."""
    feeds_survival: bool = False
    """Whether loads beyond a link or tie die without it."""
    place: int = -1
    """Among the loads in the telemetry; -1 where its power need not show."""

    @property
    def is_vital(self) -> bool:
        """Whether something dies without it."""
        return self.feeds_survival or (
            self.kind == "load" and self.priority == Priority.SURVIVAL and self.normal_level > 0.0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLimits:
    """An energy store on the main bus, as designed."""

    place: int
    """Among the stores in the telemetry."""
    capacity_j: float
    floor_fraction: float
    charge_power_w: float
    discharge_power_w: float
    charge_efficiency: float
    discharge_efficiency: float
    self_discharge_per_s: float = 0.0
    from_t_s: float = -np.inf
    until_t_s: float = np.inf


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """The station and its sky; arrays over slots have shape (n_slots,), at least one slot."""

    tick_s: float
    levers: tuple[Lever, ...]
    stores: tuple[StoreLimits, ...]
    """In order of dispatch."""
    main_sources: tuple[int, ...]
    """Places in the telemetry of what feeds the main bus."""
    main_loads: tuple[int, ...]
    """Places in the telemetry of what draws from the main bus, links included."""
    recorder_limit_bit: FloatArray
    """(n_recorders,)"""
    packet_stores: Mapping[str, int] = field(default_factory=dict)
    """Place of the recorder that each is in, by the name of telemetry."""
    beacons: tuple[tuple[str, int], ...] = ()
    """Levers of radios with the place of the path that each serves; the first to use first."""
    sources: tuple[str, ...] = ()
    """Who may send telecommands."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The source that goes first for an element; without one, first come, first served."""
    experiments: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Whose sessions may be started: the element that does each, and the partner who asks."""
    parts: Mapping[str, int] = field(default_factory=dict)
    """What the guard watches (planner, executive): ticks for which each may be silent."""
    start_t_s: float
    slot_s: float
    generation_w: FloatArray
    """Forecast for the main bus."""
    survival_w: FloatArray
    """What the main bus must carry with everything else shed, trickle charges included."""
    dark: BoolArray
    """None of the Sun in view during the whole slot."""

    @cached_property
    def fleet(self) -> FloatArray:
        """The stores as a table, see `moonstead.autonomy.guard.energy.stores`."""
        rows = [
            (
                store.capacity_j * (1.0 - store.floor_fraction),
                store.charge_power_w,
                store.discharge_power_w,
                store.charge_efficiency,
                store.discharge_efficiency,
                store.self_discharge_per_s,
                store.capacity_j * store.floor_fraction,
            )
            for store in self.stores
        ]
        return np.array(rows, dtype=np.float64).reshape(-1, 7)

    @cached_property
    def present(self) -> BoolArray:
        """Which stores are planned to be there during each whole slot, (n_slots, n_stores)."""
        return self._there(0.0)

    def _there(self, later_s: float) -> BoolArray:
        begin_t_s = self.start_t_s + self.slot_s * np.arange(len(self.generation_w))
        there = np.ones((len(begin_t_s), len(self.stores)), dtype=np.bool_)
        for i, store in enumerate(self.stores):
            there[:, i] = (begin_t_s >= store.from_t_s + later_s) & (
                begin_t_s + self.slot_s <= store.until_t_s
            )
        return there

    @cached_property
    def capacity_j(self) -> FloatArray:
        """What the stores that are there and commissioned can deliver, full, by slot."""
        capacity_j: FloatArray = self._there(COMMISSION_S) @ (self.fleet[:, 0] * self.fleet[:, 4])
        return capacity_j

    @cached_property
    def floor_j(self) -> FloatArray:
        """The least that the reserve ever is, by slot."""
        return FLOOR_FRACTION * self.capacity_j

    @cached_property
    def reserve(self) -> tuple[FloatArray, FloatArray]:
        """The reserve curve with what it lacks, see `viable_reserve_j`."""
        return self._reserve(GENERATION_DERATING)

    @cached_property
    def full_sun_reserve_j(self) -> FloatArray:
        """The same if all the forecast generation comes: below it, survival load is too much."""
        return self._reserve(1.0)[0]

    def _reserve(self, derating: float) -> tuple[FloatArray, FloatArray]:
        net_w = derating * self.generation_w - self.survival_w
        reserve_j, lacking_j = viable_reserve_j(
            net_w, self.slot_s, self.floor_j, self.present, self.fleet
        )
        return reserve_j, lacking_j

    @cached_property
    def dark_soon(self) -> BoolArray:
        """Whether a slot is dark, or one is within the lead after it."""
        slots = int(np.ceil(DARK_LEAD_S / self.slot_s))
        count = np.concatenate([[0], np.cumsum(self.dark)])
        begin = np.arange(len(self.dark))
        soon: BoolArray = count[np.minimum(begin + slots + 1, len(self.dark))] > count[begin]
        return soon

    def slot(self, t_s: float) -> int:
        """Return the slot that an instant is in, kept inside the forecast."""
        slot = int((t_s - self.start_t_s) // self.slot_s)
        return min(max(slot, 0), len(self.generation_w) - 1)

    def at(self, curve: FloatArray, t_s: float) -> float:
        """Return a curve over slot edges at an instant, linear between them."""
        place = min(max((t_s - self.start_t_s) / self.slot_s, 0.0), len(curve) - 1.0)
        slot = min(int(place), len(curve) - 2)
        before = float(curve[slot])
        return before + (place - slot) * (float(curve[slot + 1]) - before)
