"""Telemetry is the truth with noise, and only as much of it as the sensors see."""

import numpy as np
import pytest
from networks import load, run, simulator, source, store
from scipy import stats

from moonstead.components import Parts
from moonstead.simulation.simulator import Noise, Simulator, Sky


def watched(noise: Noise) -> Simulator:
    parts = Parts(sources=(source("sun", 300.0),), loads=(load("lamp", 40.0),), stores=(store(),))
    made = simulator(parts, 3)
    sky = Sky(sun_seen=np.array([True, True, False]), earth_seen=np.array([False, True, True]))
    return Simulator(made.station, made.drivers, sky, 60.0, noise)


def test_without_noise_it_is_the_last_step() -> None:
    made = watched(Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0))
    output = run(made, 3)
    seen = made.telemetry(77.0, 2, 0, output, np.ones(made.random_width))
    assert seen.t_s == 77.0
    assert seen.source_power_w == pytest.approx(output["source_power_w"][:, 2])
    assert seen.load_power_w == pytest.approx([40.0])
    assert seen.store_energy_j == pytest.approx(made.state.store_energy_j)
    assert seen.node_temperature_k == pytest.approx(made.state.node_temperature_k)
    assert (seen.sun_seen, seen.earth_seen) == (False, True)


def test_noise_has_the_size_that_is_asked_for() -> None:
    made = watched(Noise(power_relative=0.02, energy_relative=0.005, temperature_k=0.5))
    output = run(made, 3)
    generator = np.random.default_rng(3)
    frames = [
        made.telemetry(0.0, 2, 0, output, generator.standard_normal(made.random_width))
        for _ in range(2000)
    ]
    drawn_w, held_j = output["source_power_w"][0, 2], made.state.store_energy_j[0]
    warm_k = made.state.node_temperature_k[0]
    residuals = {
        "source": [float(f.source_power_w[0] / drawn_w - 1.0) / 0.02 for f in frames],
        "load": [float(f.load_power_w[0] / 40.0 - 1.0) / 0.02 for f in frames],
        "store": [float(f.store_energy_j[0] / held_j - 1.0) / 0.005 for f in frames],
        "node": [float(f.node_temperature_k[0] - warm_k) / 0.5 for f in frames],
    }
    for sample in residuals.values():
        assert stats.kstest(sample, "norm").pvalue > 1e-4
    together = np.corrcoef(list(residuals.values()))
    assert np.abs(together - np.eye(4)).max() < 0.1  # each sensor has a noise of its own


def test_reading_the_sensors_changes_nothing() -> None:
    made = watched(Noise(power_relative=0.1, energy_relative=0.1, temperature_k=5.0))
    output = run(made, 3)
    before = [array.copy() for array in (*made.state, output.rows)]
    seen = made.telemetry(0.0, 2, 0, output, np.ones(made.random_width))
    for array in (seen.store_energy_j, seen.node_temperature_k, seen.recorder_bit):
        array[...] = -1.0
    for a, b in zip(before, (*made.state, output.rows), strict=True):
        np.testing.assert_array_equal(a, b)
