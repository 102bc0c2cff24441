"""What is to happen to a station besides physics: arrivals, retirements, faults, failures.

Plain data in simulation time; the scenario makes it, `moonstead.simulation.upkeep` carries it out.
"""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What a fault does to its target; what ``size`` means is said with each."""

    OFF = "off"
    """Nothing works; no size."""
    DERATED = "derated"
    """Sources, loads, stores and supplies lose this share of their power."""
    WEAK = "weak"
    """The same power makes this share less data, commodity or pumped heat."""
    STUCK = "stuck"
    """Loads, sources and ties stay at this level, whatever is commanded."""
    DRIFT = "drift"
    """As ``derated``, by this share more per day."""
    INTERMITTENT = "intermittent"
    """Off for this share of every ``period_s``."""
    LEAK = "leak"
    """Tanks lose this share of what is in them per day."""
    FADED = "faded"
    """Stores lose this share of their capacity for good."""
    COLD_LOOP = "loop-loss"
    """Thermal nodes lose this share of their radiating area."""
    WORN = "worn"
    """Sources lose this share of their health for good."""
    DUSTED = "dusted"
    """Sources lose this share of the light that dust still lets through; cleaning undoes it."""
    STALLED = "drive-stuck"
    """Arrays point where they did while the Sun goes round; size: share lost at the beginning."""
    OVERDRAWN = "overdraw"
    """Loads draw this share more."""
    BIASED = "sensor-bias"
    """Readings are off by this share."""
    FROZEN = "sensor-stuck"
    """Readings stay where they are; no size."""
    NOISY = "sensor-noise"
    """Readings scatter by this share, one standard deviation."""

    RESET = "reset"
    """The computer begins anew from its log; away for the duration."""
    HANG = "hang"
    """The computer decides nothing until its watchdog resets it."""
    JUMP = "jump"
    """The clock is off by ``jump_s``."""
    LOST = "lost"
    """This share of frames or commands does not arrive."""
    LATE = "late"
    """Frames arrive ``delay_s`` later."""
    DOUBLED = "doubled"
    """This share of frames arrives twice."""
    DISORDERED = "disordered"
    """This share of frames arrives after the next one."""
    GARBLED = "garbled"
    """Frames: this share of readings is nonsense; commands: this share is not authentic."""
    FUTURE = "future"
    """This share of frames says to be ``jump_s`` ahead."""
    REPLAYED = "replayed"
    """Commands that have come up come up again."""
    HARMFUL = "harmful"
    """A sound command comes up that would do harm."""
    CONFLICTING = "conflicting"
    """Two partners command opposite levels of one load."""
    CRASH = "crash"
    """Planner or executive fails whenever it is called."""
    NO_ANSWER = "no-answer"
    """The planner uses up its time without an answer."""
    ABSURD = "absurd"
    """The planner answers with what cannot be."""
    EMPTY = "empty"
    """The planner answers with nothing."""
    LOST_EVENT = "lost-event"
    """The next change of an activity's state reaches nobody."""


SENSORS = frozenset({Mode.BIASED, Mode.FROZEN, Mode.NOISY})
"""Modes that spoil readings alone."""
AVIONICS = "avionics"
"""What targets of faults of computer, clock, telemetry and software begin with."""
LASTING = frozenset({Mode.FADED, Mode.WORN, Mode.DUSTED})
"""Modes that change the state once and are over: there is nothing to repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """When an element is there."""

    element: str
    arrives_t_s: float | None = None
    """None for what is there from the start."""
    assembly_s: float = 0.0
    """Of work by its load ``ELEMENT.assembly`` before it is commissioned."""
    retires_t_s: float | None = None
    contents: tuple[tuple[str, float], ...] = ()
    """(tank, kg) delivered on arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Mass brought into a tank; what finds no room stays on its carrier and is told."""

    t_s: float
    tank: str
    mass_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A measure of the true state that crosses a limit."""

    quantity: str
    """``node_temperature_k``, ``store_energy_fraction`` or ``tank_fraction``."""
    channel: str
    below: float | None = None
    above: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong at a time or on a condition."""

    name: str
    targets: tuple[str, ...]
    """Elements or components."""
    mode: Mode
    size: float = 1.0
    t_s: float | None = None
    condition: Condition | None = None
    duration_s: float | None = None
    """It ends by itself after this; None: only by repair."""
    period_s: float = 86400.0
    """Of intermittent faults."""
    jump_s: float = 86400.0
    """How far a clock jumps or a frame is ahead."""
    delay_s: float | None = None
    """Of frames that are late; None: one decision interval."""
    reading: str = ""
    """Which table of readings a fault of sensors spoils; empty for all."""
    text: str = ""
    """What it is, for the event record; by default its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A fault whose time is drawn from a Weibull distribution, again after every repair."""

    fault: Fault
    shape: float
    """1: constant rate; below 1: infant mortality; above 1: wear."""
    scale: float
    """In units of the measure: seconds, or full equivalent cycles."""
    measure: str = "calendar"
    """``calendar``, ``running`` (seconds of load ``component``) or ``cycles`` (of that store)."""
    component: str = ""
    cause: str = ""
    """Failures of one cause come at the same time; by default each has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """The work that undoes the faults of an element."""

    element: str
    work_s: float
    """Of the load ``ELEMENT.repair``."""
    spare_tank: str = ""
    spare_kg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Everything that is to happen to a station besides physics."""

    lives: tuple[Life, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    faults: tuple[Fault, ...] = ()
    failures: tuple[Failure, ...] = ()
    repairs: tuple[Repair, ...] = ()
    seed: int = 0
