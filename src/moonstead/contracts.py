"""The wall between truth and autonomy: neither imports the other, so that either can be real."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


class Priority(IntEnum):
    """The shedding ladder: what is dropped last comes first."""

    SURVIVAL = 1
    """Without it the element dies: computers, survival heaters."""
    HOUSEKEEPING = 2
    """Radios, thermal control, everything that keeps the station in hand."""
    MOBILITY = 3
    """Charging and driving rovers."""
    MAINTENANCE = 4
    """Assembly, repair and cleaning: what keeps and enlarges the station."""
    SCIENCE = 5
    """Experiments."""
    PRODUCTION = 7
    """What can wait and takes what is left: oxygen plants and other large converters."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The telemetry dictionary: which component each place in an array belongs to."""

    sources: tuple[str, ...]
    loads: tuple[str, ...]
    stores: tuple[str, ...]
    nodes: tuple[str, ...]
    recorders: tuple[str, ...]
    tanks: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telecommand:
    """A request from people on Earth, as a radio of the station took it in."""

    source: str
    """Partner or control centre that says to have sent it."""
    sequence: int
    """Counted by its source: no number is used twice."""
    issued_t_s: float
    expires_t_s: float
    """Not to be begun after this."""
    kind: str
    """What is asked for: ``level`` as in `Command`; the guard lists the others."""
    target: str = ""
    value: float = 0.0
    authentic: bool = True
    """Whether the radio's check of its signature was good."""
    items: tuple[tuple[str, float], ...] = ()
    """What a schedule holds: experiment, and the start of a session (TDB seconds past J2000)."""


class Verified(IntEnum):
    """How far a telecommand has come: message subtypes of PUS-C service 1 (ECSS-E-ST-70-41C)."""

    ACCEPTED = 1
    ACCEPTANCE_FAILED = 2
    STARTED = 3
    START_FAILED = 4
    PROGRESS = 5
    PROGRESS_FAILED = 6
    COMPLETED = 7
    COMPLETION_FAILED = 8


@dataclass(frozen=True, slots=True)
class Verification:
    """A report on a telecommand to its source."""

    source: str
    sequence: int
    stage: Verified
    reason: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the sensors say at one instant, in the order of `Channels`: never the truth itself."""

    t_s: float
    """By the clock of the station, TDB seconds past J2000."""
    source_power_w: FloatArray
    source_share: FloatArray
    """What part of its offer the regulator of each draws; 1 where there is none."""
    load_power_w: FloatArray
    store_energy_j: FloatArray
    node_temperature_k: FloatArray
    recorder_bit: FloatArray
    tank_kg: FloatArray
    path_open: BoolArray
    """Whether each path takes data now: to Earth at once, or into the memory of a relay."""
    sun_seen: bool
    """Whether the Sun sensor on the mast sees any part of the Sun."""
    earth_seen: bool
    """Whether the camera on the mast sees any part of Earth."""
    at_work: Mapping[str, float] = field(default_factory=dict)
    """How many people and robots of each pool report for duty, mean since the frame before."""
    faulty: tuple[str, ...] = ()
    """Elements whose self-test tells a fault."""
    remains: Mapping[str, float] = field(default_factory=dict)
    """Share that is left of units whose self-test tells a loss: a memory with a bad bank, a log."""
    answered: Mapping[str, float] = field(default_factory=dict)
    """What time each control centre tells that answers now (TDB s past J2000), by partner."""
    stored_bit: Mapping[str, float] = field(default_factory=dict)
    """What each packet store holds: ``LOAD.stored`` for each load that writes to a recorder."""
    received: tuple[Telecommand, ...] = ()
    """What came up since the frame before, in the order of arrival."""


class Command(NamedTuple):
    """Set a load, link, source or tie to a level from 0 to 1; a tie is closed from 0.5 on."""

    # Of a packet store it deletes what is beyond that share of the recorder: PUS-C service 15.

    load: str
    level: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the controller did or found, for the event record."""

    kind: str
    subject: str
    text: str
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One activity as a plan holds it, or one that was left out with the reason."""

    activity: str
    experiment: str
    start_t_s: float
    end_t_s: float
    status: str
    reason: str = ""
    way: str = ""
    """How it is done, where there are several ways."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a controller answers: commands to act on now, and what to write down."""

    commands: tuple[Command, ...] = ()
    notices: tuple[Notice, ...] = ()
    plan: tuple[PlanRow, ...] = ()
    status: Mapping[str, float] = field(default_factory=dict)
    """How the controller sees the station, by quantity name: recorded as series."""
    reports: tuple[Verification, ...] = ()
    """What became of telecommands."""
    to_repair: tuple[str, ...] = ()
    """Elements held to be broken: repaired like those whose self-test tells a fault."""


class Controller(Protocol):
    """Telemetry in, commands out; no files, no clock, no I/O."""

    def handle(self, telemetry: Telemetry) -> Decision:
        """Decide on one snapshot of telemetry."""

    def state(self) -> dict[str, Any]:
        """Return everything the controller remembers, as plain JSON values."""

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned; the controller then goes on as if never stopped."""
