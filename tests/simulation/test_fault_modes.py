"""Faults of drives, drawn power, heaters, memories and sensors, against what the modes say."""

import math

import numpy as np
import pytest
from living import DAY_S, HOUR_S, fault, lived, living, station, steps
from networks import load, node, source, store

from moonstead.components import Parts, Recorder, Thermostat
from moonstead.simulation.fault_effects import SYNODIC_MONTH_S
from moonstead.simulation.schedule import Failure, Fault, Mode, Schedule


@pytest.mark.parametrize("lost", [0.0, 0.4, 1.0])
def test_a_stuck_drive_gives_the_cosine_of_how_far_the_sun_has_gone(lost: float) -> None:
    n_steps, dt_s = 30, DAY_S
    stalled = fault(Mode.STALLED, "plant", size=lost, t_s=0.0)
    made = living(station(), Schedule(faults=(stalled,)), n_steps, dt_s)
    power_w = np.array([made.state.source_scale[0] for _ in steps(made, n_steps)])
    angle = math.acos(1.0 - lost) + 2.0 * np.pi * np.arange(n_steps) * dt_s / SYNODIC_MONTH_S
    assert power_w == pytest.approx(np.maximum(np.cos(angle), 0.0), abs=1e-12)


def test_what_is_overdrawn_makes_no_more() -> None:
    parts = Parts(
        nodes=(node(),),
        sources=(source("plant", 500.0),),
        loads=(load("camera", 100.0, data_rate_bit_per_s=10.0, recorder="disk"),),
        stores=(store("battery"),),
        recorders=(Recorder(name="disk", capacity_bit=1e9),),
    )
    hungry = Schedule(faults=(fault(Mode.OVERDRAWN, "camera", size=0.2, t_s=0.0),))
    made = living(parts, hungry, 10)
    power_w = lived(made, 10)[0]
    assert power_w["camera"] == pytest.approx(120.0)
    assert made.ledger.load_made_bit[0] == pytest.approx(10.0 * 10 * made.dt_s)


def warm_box() -> Parts:
    heater = load("box.heater", 50.0, thermostat=Thermostat(setpoint_k=250.0, band_k=5.0))
    return Parts(nodes=(node(),), sources=(source("plant", 500.0),), loads=(heater,))


def test_a_stuck_heater_heats_whatever_its_thermostat_says_and_then_obeys_it_again() -> None:
    trouble = fault(Mode.STUCK, "box.heater", t_s=300.0, duration_s=600.0)
    made = living(warm_box(), Schedule(faults=(trouble,)), 20)
    power_w = lived(made, 20)[0]["box.heater"]
    assert made.state.node_temperature_k[0] > 255.0
    assert power_w.tolist() == [0.0] * 5 + [50.0] * 10 + [0.0] * 5


def test_a_run_that_goes_on_holds_a_stuck_heater() -> None:
    trouble = Schedule(faults=(fault(Mode.STUCK, "box.heater", t_s=0.0),))
    made = living(warm_box(), trouble, 20)
    lived(made, 5)
    again = living(warm_box(), trouble, 20)
    again.restore(made.memory(), 5 * made.dt_s)
    output = again.new_output(1)
    again.advance(5, 6, output, 5)
    assert output["load_power_w"][0, 0] == 50.0


def test_a_memory_with_less_room_keeps_what_it_holds() -> None:
    parts = Parts(
        nodes=(node(),),
        sources=(source("plant", 500.0),),
        loads=(load("camera", 100.0, data_rate_bit_per_s=10.0, recorder="disk"),),
        recorders=(Recorder(name="disk", capacity_bit=9000.0),),
    )
    lost = fault(Mode.DERATED, "disk", size=0.8, t_s=600.0, duration_s=300.0)
    made = living(parts, Schedule(faults=(lost,)), 20)
    held = [float(made.state.load_queue_bit[0]) for _ in steps(made, 20)]
    full_at = 10  # 600 bit a step; 1800 bit are left of the capacity, and more is held
    assert held[:full_at] == [600.0 * (k + 1) for k in range(full_at)]
    assert held[full_at : full_at + 5] == [6000.0] * 5
    assert held[-1] == 9000.0


def readings(mode: Mode, reading: str, size: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return charge and temperature as read, over a battery on a node of the same name."""
    parts = Parts(
        nodes=(node("battery"),),
        sources=(source("plant", 500.0, node="battery"),),
        loads=(load("lamp", 100.0, node="battery"),),
        stores=(store("battery", node="battery", initial_fraction=0.5),),
    )
    spoilt = fault(mode, "battery", size=size, t_s=0.0, reading=reading)
    made = living(parts, Schedule(faults=(spoilt,)), 400)
    random = np.random.default_rng(5)
    told = []
    for k, (t_s, _, output) in enumerate(steps(made, 400)):
        frame = made.telemetry(t_s, k, k, output, random.standard_normal(made.random_width))
        energy = frame.store_energy_j[0] / made.state.store_energy_j[0]
        told.append((energy, frame.node_temperature_k[0] / made.state.node_temperature_k[0]))
    energy, temperature = np.array(told).T
    return energy, temperature


def test_only_the_reading_that_is_named_is_spoilt() -> None:
    energy, temperature = readings(Mode.BIASED, "temperature", 0.5)
    assert energy.mean() == pytest.approx(1.0, abs=0.01)
    assert temperature.mean() == pytest.approx(1.5, abs=0.01)


def test_a_noisy_sensor_scatters_by_its_size() -> None:
    energy, _ = readings(Mode.NOISY, "energy", 0.2)
    # The standard error of a standard deviation of 400 values is 0.0354 of it.
    assert energy.std() == pytest.approx(0.2, rel=4 * 0.0354)


def test_failures_of_one_cause_come_together_and_others_do_not() -> None:
    def by_chance(name: str, target: str, cause: str = "") -> Failure:
        trouble = Fault(name=name, targets=(target,), mode=Mode.OFF, duration_s=HOUR_S)
        return Failure(fault=trouble, shape=1.0, scale=DAY_S, cause=cause)

    schedule = Schedule(
        failures=(
            by_chance("a", "lamp", "storm"),
            by_chance("b", "plant", "storm"),
            by_chance("c", "battery"),
        )
    )
    made = living(station(), schedule, 10, DAY_S / 48)
    began: dict[str, list[float]] = {"lamp": [], "plant": [], "battery": []}
    for k in range(48 * 60):
        for notice in made.happen(k * DAY_S / 48):
            if notice.kind == "failed":
                began[notice.subject].append(k * DAY_S / 48)
    assert len(began["lamp"]) > 30
    assert began["lamp"] == began["plant"]
    assert not set(began["battery"]) >= set(began["lamp"])
