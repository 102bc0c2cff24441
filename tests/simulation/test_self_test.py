"""What units know of their own loss, and tell in telemetry."""

from dataclasses import replace

import numpy as np
import pytest
from living import fault, living, station, steps
from networks import load

from moonstead.components import Converter, Flow, Parts, Recorder
from moonstead.contracts import Telemetry
from moonstead.simulation.schedule import Fault, Mode, Repair, Schedule


def told(parts: Parts, *faults: Fault, repairs: tuple[Repair, ...] = ()) -> Telemetry:
    """Return a frame after an hour in which these faults were."""
    made = living(parts, Schedule(faults=faults, repairs=repairs), 61)
    for k, (t_s, _, output) in enumerate(steps(made, 61)):
        frame = made.telemetry(t_s, k, k, output, np.zeros(made.random_width))
    return frame


def with_valve() -> Parts:
    """Return the station with a valve that holds the pressure of the oxygen tank."""
    valve = Converter(
        load=load("oxygen.valve", 0.0, bus="", node=""),
        flows=(Flow(commodity="oxygen", kg_per_s=1e-4, tank="oxygen"),
               Flow(commodity="oxygen", kg_per_s=-1e-4)),
    )  # fmt: skip
    return replace(station(), converters=(valve,))


def test_a_regulator_tells_what_a_day_without_it_would_leave() -> None:
    leak = fault(Mode.LEAK, "oxygen", size=0.2, t_s=0.0)
    assert told(with_valve(), leak).remains == pytest.approx({"oxygen": 0.8})
    assert told(station(), leak).remains == {}  # nothing fills it up: only the gauge shows it
    small = fault(Mode.LEAK, "oxygen", size=0.005, t_s=0.0)
    assert told(with_valve(), small).remains == {}


def test_what_is_off_as_a_whole_does_not_answer_or_asks_for_repair() -> None:
    off = fault(Mode.OFF, "lamp")
    alone, mended = (
        told(station(), off),
        told(station(), off, repairs=(Repair(element="lamp", work_s=3e4),)),
    )
    assert (alone.remains, alone.faulty) == ({"lamp": 0.0}, ())
    assert (mended.remains, mended.faulty) == ({}, ("lamp",))
    part = told(station(), fault(Mode.OFF, "lamp.second"))
    assert (part.remains, part.faulty) == ({}, ())


def test_a_memory_counts_its_banks() -> None:
    disk = Recorder(name="disk", capacity_bit=1e9)
    parts = replace(station(), recorders=(disk,))
    assert told(parts, fault(Mode.DERATED, "disk", size=0.25)).remains == {"disk": 0.75}
    assert told(parts).remains == {}
