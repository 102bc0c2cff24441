"""What one tick knows: telemetry, the guard's view and health, frozen for the whole tick."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from moonstead.contracts import Channels, Priority, Telemetry

FAULTS_APART = "; "
"""Between the faults of a station: each is stopped for once."""


class Health(IntEnum):
    """What fault protection holds of an element, from worst to best."""

    FAILED = 0
    UNKNOWN = 1
    SUSPECT = 2
    """One witness speaks against it: not enough to act on."""
    OK = 3


class GuardView(Protocol):
    """What the executive needs to know of the guard; it decides nothing for it."""

    @property
    def mode_name(self) -> str:
        """The mode, for people."""

    @property
    def margin_fraction(self) -> float:
        """(stored - reserve) / capacity."""

    @property
    def spare_j(self) -> float:
        """Energy that activities may still take from now on without touching the reserve.

        The least, over the hours ahead, of stored energy less reserve with no activity running.
        """

    @property
    def surplus_w(self) -> float:
        """Generation less everything that is drawn now."""

    def allows(self, priority: int) -> bool:
        """Whether a load of this priority may be on."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where each component is in the arrays of telemetry."""

    index: Mapping[str, Mapping[str, int]]
    """By channel (``"loads"``, ``"stores"``, ...), then by name."""

    @classmethod
    def of(cls, channels: Channels) -> "Names":
        """Return the places of a telemetry dictionary."""
        groups = {name: getattr(channels, name) for name in CHANNELS}
        return cls({group: {n: k for k, n in enumerate(names)} for group, names in groups.items()})


CHANNELS = ("sources", "loads", "stores", "nodes", "recorders", "tanks", "paths")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that conditions and admission look at in one tick."""

    t_s: float
    """TDB seconds past J2000, of the station clock."""
    names: Names
    values: tuple[tuple[float, ...], ...]
    """One tuple for each of `CHANNELS`, in SI units; a path is 1 where open."""
    sun_seen: bool
    earth_seen: bool
    earth_heard: bool
    mode: str
    allowed: frozenset[int]
    """Priorities that the guard allows."""
    margin_fraction: float
    spare_j: float
    surplus_w: float
    health: Mapping[str, Health] = field(default_factory=dict)
    room: Mapping[str, float] = field(default_factory=dict)
    """How much there is now of each shared capacity, by name."""
    system_fault: str = ""
    """What is wrong with the station as a whole; empty for nothing."""

    def read(self, channel: str, name: str) -> float:
        """Return one measured value; NaN where there is none."""
        k = self.names.index[channel].get(name, -1)
        row = self.values[_PLACE[channel]]
        return row[k] if 0 <= k < len(row) else math.nan

    def health_of(self, name: str) -> Health:
        """Return the health of an element or unit; of one that nobody watches it is unknown."""
        return self.health.get(name, Health.UNKNOWN)


_PLACE = {name: place for place, name in enumerate(CHANNELS)}


def take_snapshot(
    names: Names,
    telemetry: Telemetry,
    guard: GuardView,
    *,
    health: Mapping[str, Health] | None = None,
    room: Mapping[str, float] | None = None,
    system_fault: str = "",
) -> Snapshot:
    """Return the snapshot of a tick.

    Parameters
    ----------
    names
        Places in the arrays of the telemetry.
    telemetry
        Measured; an element whose self-test tells a fault counts as failed.
    guard
        As it stands after its own part of this tick.
    health
        What fault protection holds of elements and units.
    room
        How much there is now of each shared capacity that activities take of.
    system_fault
        What is wrong with the station as a whole; stops activities at levels E1 and E2.
    """
    known = dict(health or {})
    known.update(dict.fromkeys(telemetry.faulty, Health.FAILED))
    return Snapshot(
        t_s=float(telemetry.t_s),
        names=names,
        values=(
            tuple(telemetry.source_power_w.tolist()),
            tuple(telemetry.load_power_w.tolist()),
            tuple(telemetry.store_energy_j.tolist()),
            tuple(telemetry.node_temperature_k.tolist()),
            tuple(telemetry.recorder_bit.tolist()),
            tuple(telemetry.tank_kg.tolist()),
            tuple(map(float, telemetry.path_open.tolist())),
        ),
        sun_seen=bool(telemetry.sun_seen),
        earth_seen=bool(telemetry.earth_seen),
        earth_heard=bool(telemetry.answered),
        mode=guard.mode_name,
        allowed=frozenset(int(p) for p in PRIORITIES if guard.allows(p)),
        margin_fraction=float(guard.margin_fraction),
        spare_j=float(guard.spare_j),
        surplus_w=float(guard.surplus_w),
        health=known,
        room=dict(room or {}),
        system_fault=system_fault,
    )


PRIORITIES = tuple(int(priority) for priority in Priority)
