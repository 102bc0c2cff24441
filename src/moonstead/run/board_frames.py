"""What reaches the computer: the true readings through clock, bus and radio with their faults.

Frames are lost, late, doubled, out of order, garbled or from the future; the clock drifts and
jumps; commands from Earth are lost, garbled, come again, or should never have been sent. A clock
without fault that is off is set right as soon as Earth is heard. Commands that came with a frame
that is lost come with the next one: the radio keeps them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from moonstead.autonomy.executive.plain import from_plain, to_plain
from moonstead.contracts import Telecommand, Telemetry
from moonstead.simulation.schedule import AVIONICS, Fault, Mode
from moonstead.units import DAY_S, HOUR_S

Active = tuple[Fault, float]
"""A fault and since when it is."""

CLOCK, TELEMETRY, UPLINK = f"{AVIONICS}.clock", f"{AVIONICS}.telemetry", f"{AVIONICS}.uplink"
SUN_SENSOR = f"{AVIONICS}.sun-sensor"
READINGS = (
    "source_power_w",
    "load_power_w",
    "store_energy_j",
    "node_temperature_k",
    "recorder_bit",
    "tank_kg",
)
HEARD = 8
"""So many commands are remembered by whoever sends them again."""
FORGED = 1_000_000
"""Commands that nobody meant to send are counted from here, so that they pass for new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aboard:
    """What wrong commands are made from.

    Parameters
    ----------
    partners
        Who commands.
    vital
        Loads without which something dies.
    loads
        All loads.
    tick_s
        From one frame to the next.
    """

    partners: tuple[str, ...]
    vital: tuple[str, ...]
    loads: tuple[str, ...]
    tick_s: float


def of_part(faults: Sequence[Active], part: str) -> list[Active]:
    """Return the active faults of a part of the avionics."""
    return [one for one in faults if part in one[0].targets]


def key_of(active: Active) -> str:
    """Return a name that an active fault does not share with an earlier one of its kind."""
    fault, since_t_s = active
    return f"{fault.name}@{since_t_s:.3f}"


@dataclass(slots=True)
class _Memory:
    clock_error_s: float = 0.0
    met: list[str] = field(default_factory=list)
    """Faults whose one-time effect has been."""
    late: list[tuple[float, Telemetry]] = field(default_factory=list)
    """Frames and when each arrives."""
    kept_back: list[Telemetry] = field(default_factory=list)
    """Frames that arrive after the next one."""
    radio: tuple[Telecommand, ...] = ()
    heard: tuple[Telecommand, ...] = ()
    frames: int = 0
    last_t_s: float | None = None


class Frames:
    """The way from sensors and radio to the computer.

    Parameters
    ----------
    aboard
        What wrong commands are made from.
    seed
        Of what is lost and garbled.
    """

    def __init__(self, aboard: Aboard, seed: int) -> None:
        self._aboard, self._seed = aboard, seed
        self._memory = _Memory()

    def take(self, telemetry: Telemetry, faults: Sequence[Active]) -> list[Telemetry]:
        """Return the frames that arrive now, in order, of a true one and those before.

        Parameters
        ----------
        telemetry
            As read, at the true time.
        faults
            Of the avionics, active now.
        """
        memory = self._memory
        memory.frames += 1
        last_t_s = (
            telemetry.t_s - self._aboard.tick_s if memory.last_t_s is None else memory.last_t_s
        )
        memory.last_t_s = telemetry.t_s
        if telemetry.received:
            memory.heard = (*memory.heard, *telemetry.received)[-HEARD:]
        idle = not (memory.late or memory.kept_back or memory.radio or memory.clock_error_s)
        if idle and not faults:
            return [telemetry]
        random = np.random.default_rng([self._seed, memory.frames])
        frame = self._read(telemetry, faults, last_t_s, random)
        return self._carry(frame, telemetry.t_s, of_part(faults, TELEMETRY), random)

    def _read(
        self,
        true: Telemetry,
        faults: Sequence[Active],
        last_t_s: float,
        random: np.random.Generator,
    ) -> Telemetry:
        """Return a frame as clock, sensors and radio make it."""
        self._run_clock(true, of_part(faults, CLOCK), last_t_s)
        received = (*self._memory.radio, *self._up(true, of_part(faults, UPLINK), random))
        self._memory.radio = ()
        sun_seen = true.sun_seen
        for fault, _ in of_part(faults, SUN_SENSOR):
            sun_seen = fault.mode == Mode.STUCK and fault.size >= 0.5
        t_s = true.t_s + self._memory.clock_error_s
        return replace(true, t_s=t_s, received=received, sun_seen=sun_seen)

    def _run_clock(self, true: Telemetry, faults: Sequence[Active], last_t_s: float) -> None:
        memory = self._memory
        for one in faults:
            fault, since_t_s = one
            if fault.mode == Mode.DRIFT:
                memory.clock_error_s += fault.size * (true.t_s - max(last_t_s, since_t_s))
            elif self._is_new(one):
                memory.clock_error_s += fault.jump_s
        if not faults and true.earth_heard:
            memory.clock_error_s = 0.0

    def _is_new(self, one: Active) -> bool:
        key = key_of(one)
        if key in self._memory.met:
            return False
        self._memory.met.append(key)
        return True

    def _up(
        self, true: Telemetry, faults: Sequence[Active], random: np.random.Generator
    ) -> tuple[Telecommand, ...]:
        """Return the commands that come up, with those that should not."""
        received = list(true.received)
        for one in faults:
            fault = one[0]
            if fault.mode == Mode.LOST:
                received = [item for item in received if random.random() >= fault.size]
            elif fault.mode == Mode.GARBLED:
                received = [
                    replace(item, authentic=item.authentic and random.random() >= fault.size)
                    for item in received
                ]
            elif self._is_new(one):
                received += self._wrong(fault.mode, true.t_s, random)
        return tuple(received)

    def _wrong(
        self, mode: Mode, t_s: float, random: np.random.Generator
    ) -> tuple[Telecommand, ...]:
        partners, loads = self._aboard.partners, self._aboard.loads
        vital = self._aboard.vital or loads
        first = partners[int(random.integers(len(partners)))]
        other = partners[(partners.index(first) + 1) % len(partners)]
        any_load = loads[int(random.integers(len(loads)))]
        if mode == Mode.HARMFUL:
            return (self._forged(first, 0, t_s, vital[int(random.integers(len(vital)))], 0.0),)
        if mode == Mode.CONFLICTING:
            pair = ((first, 1.0), (other, 0.0))
            return tuple(
                self._forged(partner, k, t_s, any_load, level)
                for k, (partner, level) in enumerate(pair)
            )
        old = self._forged(first, 0, t_s - 3.0 * DAY_S, any_load, 1.0)
        return self._memory.heard or (replace(old, sequence=1),)

    def _forged(self, source: str, place: int, t_s: float, load: str, level: float) -> Telecommand:
        return Telecommand(
            source=source,
            sequence=FORGED + 2 * self._memory.frames + place,
            issued_t_s=t_s,
            expires_t_s=t_s + HOUR_S,
            kind="level",
            target=load,
            value=level,
        )

    def _carry(
        self,
        frame: Telemetry,
        t_s: float,
        faults: Sequence[Active],
        random: np.random.Generator,
    ) -> list[Telemetry]:
        """Return what the bus hands over now."""
        memory = self._memory
        waited, memory.kept_back = memory.kept_back, []
        copies, delay_s = 1, 0.0
        for fault, _ in faults:
            hit = random.random() < fault.size
            if fault.mode == Mode.LATE:
                delay_s += self._aboard.tick_s if fault.delay_s is None else fault.delay_s
            elif fault.mode == Mode.GARBLED:
                frame = _garbled(frame, fault.size, random)
            elif fault.mode == Mode.FUTURE and hit:
                frame = replace(frame, t_s=frame.t_s + fault.jump_s)
            elif fault.mode == Mode.DOUBLED and hit:
                copies = 2
            elif fault.mode == Mode.DISORDERED and hit:
                memory.kept_back.append(frame)
            elif fault.mode == Mode.LOST and hit:
                memory.radio, copies = (*memory.radio, *frame.received), 0
        if memory.kept_back:
            copies = 0
        elif delay_s > 0.0:
            memory.late.append((t_s + delay_s, frame))
            copies = 0
        due = [late for arrives_t_s, late in memory.late if arrives_t_s <= t_s]
        memory.late = [one for one in memory.late if one[0] > t_s]
        return [*due, *([frame] * copies), *waited]

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        memory = self._memory
        return {
            "clock_error_s": memory.clock_error_s,
            "met": list(memory.met),
            "late": [[t_s, plain_frame(frame)] for t_s, frame in memory.late],
            "kept_back": [plain_frame(frame) for frame in memory.kept_back],
            "radio": to_plain(memory.radio),
            "heard": to_plain(memory.heard),
            "frames": memory.frames,
            "last_t_s": memory.last_t_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._memory = _Memory(
            clock_error_s=state["clock_error_s"],
            met=list(state["met"]),
            late=[(t_s, frame_of(plain)) for t_s, plain in state["late"]],
            kept_back=[frame_of(plain) for plain in state["kept_back"]],
            radio=from_plain(tuple[Telecommand, ...], state["radio"]),
            heard=from_plain(tuple[Telecommand, ...], state["heard"]),
            frames=state["frames"],
            last_t_s=state["last_t_s"],
        )


def _garbled(frame: Telemetry, share: float, random: np.random.Generator) -> Telemetry:
    """Return a frame with a share of its readings missing, ten times as much, or negative."""
    changed = {}
    for name in READINGS:
        values = getattr(frame, name).copy()
        hit = random.random(len(values)) < share
        kinds = random.integers(3, size=len(values))
        for kind, factor in enumerate((np.nan, 10.0, -1.0)):
            values[hit & (kinds == kind)] *= factor
        changed[name] = values
    return replace(frame, **changed)


def plain_frame(frame: Telemetry) -> dict[str, Any]:
    """Return a frame as plain JSON values."""
    arrays = {name: getattr(frame, name).tolist() for name in (*READINGS, "path_open")}
    rest = {f.name: getattr(frame, f.name) for f in fields(frame) if f.name not in arrays}
    plain: dict[str, Any] = to_plain({**arrays, **rest})
    return plain


def frame_of(plain: dict[str, Any]) -> Telemetry:
    """Return the frame that `plain_frame` was given."""
    arrays = {name: np.array([float(x) for x in plain[name]]) for name in READINGS}
    rest = {name: value for name, value in plain.items() if name not in arrays}
    return Telemetry(
        **{
            **rest,
            **arrays,
            "path_open": np.array(plain["path_open"], dtype=np.bool_),
            "faulty": tuple(plain["faulty"]),
            "received": from_plain(tuple[Telecommand, ...], plain["received"]),
        }
    )
