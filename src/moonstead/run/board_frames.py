"""What reaches the computer: the true readings through clock, bus and radio with their faults.

Frames are lost, late, doubled, out of order, garbled or from the future; the clock drifts and
jumps; commands from Earth are lost, garbled, come again, or should never have been sent. A clock
without fault that is off is set right as soon as Earth is heard. Commands that came with a frame
that is lost come with the next one: the radio keeps them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np

from moonstead.autonomy.executive.plain import from_plain, to_plain
from moonstead.contracts import Telecommand, Telemetry
from moonstead.run.plain_frames import READINGS, frame_of, plain_frame
from moonstead.simulation.schedule import AVIONICS, Fault, Mode
from moonstead.units import DAY_S, HOUR_S

Active = tuple[Fault, float]
"""A fault and since when it is."""

CLOCK, TELEMETRY, UPLINK = f"{AVIONICS}.clock", f"{AVIONICS}.telemetry", f"{AVIONICS}.uplink"
SUN_SENSOR = f"{AVIONICS}.sun-sensor"
HEARD = 8
"""So many commands are remembered by whoever sends them again."""


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
        if not faults and true.answered:
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
            elif fault.mode == Mode.REPLAYED and self._is_new(one):
                received += self._again(true.t_s)
        return tuple(received)

    def slips(self, faults: Sequence[Active], t_s: float) -> list[Telecommand]:
        """Return the commands that people give by mistake at an instant, not yet numbered."""
        found: list[Telecommand] = []
        for one in of_part(faults, UPLINK):
            if one[0].mode in {Mode.HARMFUL, Mode.CONFLICTING} and self._is_new(one):
                random = np.random.default_rng([self._seed, crc32(key_of(one).encode())])
                found += self._slip(one[0].mode, t_s, random)
        return found

    def _slip(self, mode: Mode, t_s: float, random: np.random.Generator) -> list[Telecommand]:
        partners, vital = self._aboard.partners, self._aboard.vital
        first = int(random.integers(len(partners)))
        if mode == Mode.HARMFUL:
            load = vital[int(random.integers(len(vital)))]
            return [_command(partners[first], t_s, load, 0.0)]
        load = self._aboard.loads[int(random.integers(len(self._aboard.loads)))]
        other = partners[(first + 1) % len(partners)]
        return [_command(partners[first], t_s, load, 1.0), _command(other, t_s, load, 0.0)]

    def _again(self, t_s: float) -> tuple[Telecommand, ...]:
        """Return what somebody has heard and sends again; something old where nothing was."""
        old_t_s = t_s - 3.0 * DAY_S
        old = _command(self._aboard.partners[0], old_t_s, self._aboard.loads[0], 1.0)
        return self._memory.heard or (replace(old, sequence=1),)

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
            "late": [[t_s, _plain(frame)] for t_s, frame in memory.late],
            "kept_back": [_plain(frame) for frame in memory.kept_back],
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
            late=[(t_s, _frame(plain)) for t_s, plain in state["late"]],
            kept_back=[_frame(plain) for plain in state["kept_back"]],
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


def _plain(frame: Telemetry) -> dict[str, Any]:
    return {**plain_frame(frame), "received": to_plain(frame.received)}


def _frame(plain: dict[str, Any]) -> Telemetry:
    received = from_plain(tuple[Telecommand, ...], plain["received"])
    return replace(frame_of(plain), received=received)


def _command(source: str, t_s: float, load: str, level: float) -> Telecommand:
    return Telecommand(
        source=source,
        sequence=-1,
        issued_t_s=t_s,
        expires_t_s=t_s + HOUR_S,
        kind="level",
        target=load,
        value=level,
    )
