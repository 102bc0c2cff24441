"""Temperatures against published figures, a closed form, and the balance of energy."""

import numpy as np
import pytest
from flat_ground import LUNATION_S, equinox_flux
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.environment.regolith.properties import (
    STEFAN_BOLTZMANN,
    Column,
    Regolith,
    column,
)
from moonstead.environment.regolith.temperature import Temperatures, flux_temperatures
from moonstead.errors import InputError

STEPS = 480
WITHIN_K = 5.0

# ../shared/figures.md B.4: rock-free night temperatures from Diviner, in the data of heat1d
NIGHT_HOURS = np.arange(8.5, 17.0)
NIGHT_K = {
    0: [107.5, 104.6, 102.4, 100.4, 98.9, 97.7, 96.3, 95.1, 94.1],
    30: [105.1, 102.1, 99.9, 98.0, 96.7, 95.3, 94.0, 92.8, 91.8],
    60: [94.5, 92.2, 89.9, 88.5, 87.0, 85.9, 84.4, 83.0, 82.3],
}

# ../shared/figures.md B.5: heat1d, H 0.06 m: latitude, max, min, mean, midnight, at 0.5 m
HEAT1D = np.array(
    [
        [0, 385.4, 94.1, 210.4, 100.3, 253.6],
        [30, 369.8, 91.5, 201.7, 97.6, 240.3],
        [45, 347.0, 87.9, 189.7, 93.8, 222.0],
        [60, 308.8, 82.3, 170.4, 87.7, 193.3],
        [75, 243.1, 73.1, 138.4, 77.8, 149.7],
        [80, 208.8, 68.4, 122.1, 72.6, 129.8],
        [85, 160.6, 61.3, 99.3, 64.8, 104.0],
        [88, 115.5, 53.5, 77.4, 56.3, 81.0],
        [89, 91.6, 48.5, 65.2, 50.8, 68.6],
        [89.45, 75.8, 44.6, 56.7, 46.5, 60.0],
    ]
)
WITHIN_HEAT1D_K = 1.0  # two grids and two rules of time apart; the greatest found is 0.9 K (mean)


def run(
    latitude_deg: list[float],
    depth_m: tuple[float, ...] = (0.0,),
    ground: Column | None = None,
    steps: int = STEPS,
) -> tuple[Temperatures, np.ndarray]:
    regolith = ground.regolith if ground else Regolith()
    flux = equinox_flux(np.array(latitude_deg, dtype=float), steps, regolith)
    return flux_temperatures(flux, LUNATION_S / steps, depth_m, ground, keep_series=True)


def at_hour(series: np.ndarray, hour_after_noon: np.ndarray | float) -> np.ndarray:
    ends = (np.arange(len(series)) + 1.0) / len(series) * 24.0
    return np.interp(hour_after_noon, ends, series)


def test_equator_against_diviner() -> None:
    found, series = run([0.0])
    assert found.highest_k[0, 0] == pytest.approx(385.0, abs=WITHIN_K)
    assert found.lowest_k[0, 0] == pytest.approx(95.0, abs=WITHIN_K)
    assert at_hour(series[:, 0, 0], 12.0) == pytest.approx(101.0, abs=WITHIN_K)


def test_depths_at_the_apollo_sites() -> None:
    # albedo 0.06 as in the validation runs of heat1d; ../shared/figures.md B.3
    found, _ = run([26.0, 20.0], (0.0, 0.13, 0.83), column(Regolith(albedo=0.06)))
    assert found.mean_k[0, 0] == pytest.approx(211.0, abs=WITHIN_K)
    # 210.8: heat1d gives 211.0 (0.3.2, same settings) to 211.7; the valley's walls are left out
    assert found.mean_k[0, 1] == pytest.approx(216.0, abs=WITHIN_K + 0.5)
    assert found.mean_k[2, 0] == pytest.approx(252.0, abs=WITHIN_K)
    assert found.mean_k[1, 1] == pytest.approx(256.0, abs=WITHIN_K)


def test_night_curves_against_diviner() -> None:
    _, series = run(list(NIGHT_K))
    misses = [
        at_hour(series[:, 0, pixel], NIGHT_HOURS) - NIGHT_K[latitude]
        for pixel, latitude in enumerate(NIGHT_K)
    ]
    assert np.sqrt(np.mean(np.square(misses))) < WITHIN_K
    assert np.abs(misses).max() < WITHIN_K


def test_flat_ground_against_heat1d() -> None:
    found, series = run(list(HEAT1D[:, 0]), (0.0, 0.5))
    midnight = [at_hour(series[:, 0, pixel], 12.0) for pixel in range(len(HEAT1D))]
    table = np.stack(
        [found.highest_k[0], found.lowest_k[0], found.mean_k[0], midnight, found.mean_k[1]]
    )
    assert np.abs(table.T - HEAT1D[:, 1:]).max() < WITHIN_HEAT1D_K


def test_dark_ground_keeps_what_comes_from_below() -> None:
    found, _ = flux_temperatures(np.zeros((60, 1)), LUNATION_S / 60, (0.0, 1.0), spin_up=30)
    floor = (0.018 / (0.95 * STEFAN_BOLTZMANN)) ** 0.25
    assert floor == pytest.approx(24.0, abs=0.05)
    assert found.highest_k[0, 0] == pytest.approx(floor, abs=0.01)
    # the geothermal gradient through 1 m of the column, from its conductivity
    depth_m = np.linspace(0.0, 1.0, 2001)
    middle = 0.5 * (depth_m[1:] + depth_m[:-1])
    warm = floor
    for z in middle:
        warm += 0.018 / float(Regolith().conductivity_w_per_m_k(z, warm)) * 0.0005
    assert found.mean_k[1, 0] == pytest.approx(warm, abs=0.05)


def test_a_warm_wave_against_its_closed_form() -> None:
    # Constant properties and a small wave: the surface follows an impedance, and the wave falls
    # and lags with depth as exp(-(1 + i) z / skin).
    regolith = Regolith(
        surface_density_kg_per_m3=1500.0,
        deep_density_kg_per_m3=1500.0,
        surface_conductivity_w_per_m_k=2e-3,
        deep_conductivity_w_per_m_k=2e-3,
        radiative_factor=0.0,
        heat_capacity_coefficients=(600.0, 0.0, 0.0, 0.0, 0.0),
        geothermal_w_per_m2=0.0,
    )
    steps, mean_k, wave = 960, 250.0, 0.5
    outcome = regolith.emissivity * STEFAN_BOLTZMANN
    turn = 2.0 * np.pi * (np.arange(steps) + 0.5) / steps
    flux = outcome * mean_k**4 + wave * np.cos(turn)[:, np.newaxis]
    skin_m = np.sqrt(2e-3 / (1500.0 * 600.0) * LUNATION_S / np.pi)
    depth_m = (0.0, 0.05, 0.1)
    ground = column(regolith, first_m=0.001, growth=1.05)
    _, series = flux_temperatures(flux, LUNATION_S / steps, depth_m, ground, keep_series=True)
    response = wave / (4.0 * outcome * mean_k**3 + (1.0 + 1.0j) * 2e-3 / skin_m)
    ends = 2.0 * np.pi * (np.arange(steps) + 1.0) / steps
    for place, depth in enumerate(depth_m):
        amplitude = response * np.exp(-(1.0 + 1.0j) * depth / skin_m)
        expected = mean_k + np.real(amplitude * np.exp(1.0j * ends))
        assert np.abs(series[:, place, 0] - expected).max() < 0.004 * abs(response)


def test_energy_is_conserved() -> None:
    flux = equinox_flux(np.array([0.0, 50.0, 89.0]), STEPS, Regolith())
    found, _ = flux_temperatures(flux, LUNATION_S / STEPS, spin_up=0)
    balance = found.absorbed_j_per_m2 - found.radiated_j_per_m2 - found.stored_j_per_m2
    assert np.abs(found.stored_j_per_m2).min() > 1e4  # far from equilibrium: there is something
    assert np.abs(balance / found.absorbed_j_per_m2).max() < 1e-12


@settings(max_examples=20)
@given(st.lists(st.floats(0.0, 1400.0), min_size=12, max_size=40), st.floats(60.0, 46_000.0))
def test_any_light_gives_sane_temperatures(light: list[float], step_s: float) -> None:
    flux = np.array(light)[:, np.newaxis]
    found, series = flux_temperatures(flux, step_s, (0.0, 0.3, 2.0), keep_series=True)
    hottest = ((max(light) + 0.02) / (0.95 * STEFAN_BOLTZMANN)) ** 0.25
    assert found.lowest_k.min() > 15.0
    assert found.highest_k[0, 0] < 1.02 * hottest + 8.0
    balance = found.absorbed_j_per_m2 - found.radiated_j_per_m2 - found.stored_j_per_m2
    assert np.abs(balance).max() < 1e-10 * max(found.absorbed_j_per_m2[0], 1.0)
    assert series.shape == (len(light), 3, 1)
    assert found.mean_k[:, 0] == pytest.approx(series[:, :, 0].mean(axis=0))


def test_equilibrium_does_not_depend_on_the_spin_up() -> None:
    flux = equinox_flux(np.array([0.0, 70.0, 89.0]), 240, Regolith())
    depth_m = (0.0, 0.1, 0.5, 2.0)
    short, _ = flux_temperatures(flux, LUNATION_S / 240, depth_m)
    long, _ = flux_temperatures(flux, LUNATION_S / 240, depth_m, spin_up=30)
    assert np.abs(short.mean_k - long.mean_k).max() < 0.05
    assert np.abs(short.imbalance_w_per_m2).max() < 0.02
    assert np.abs(long.imbalance_w_per_m2).max() < 0.002


def test_results_converge_with_step_and_grid() -> None:
    latitudes = [0.0, 60.0, 85.0]
    fine, _ = run(latitudes, (0.0, 0.5), column(first_m=0.001, growth=1.08), 1920)
    errors = []
    for steps in (120, 240, 480):
        found, _ = run(latitudes, (0.0, 0.5), column(first_m=0.001, growth=1.08), steps)
        errors.append(np.abs(found.mean_k - fine.mean_k).max())
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.05
    coarse, _ = run(latitudes, (0.0, 0.5))
    assert np.abs(coarse.mean_k - fine.mean_k).max() < 0.12
    assert np.abs(coarse.lowest_k - fine.lowest_k).max() < 0.15
    assert np.abs(coarse.highest_k[0] - fine.highest_k[0]).max() < 0.05


def test_a_pixel_does_not_depend_on_its_neighbours() -> None:
    flux = equinox_flux(np.linspace(0.0, 89.0, 70), 60, Regolith())  # more than one block
    together, series = flux_temperatures(flux, LUNATION_S / 60, keep_series=True)
    again, _ = flux_temperatures(flux, LUNATION_S / 60)
    assert together.mean_k.tobytes() == again.mean_k.tobytes()
    for pixel in (0, 33, 69):
        alone, own = flux_temperatures(
            flux[:, pixel : pixel + 1], LUNATION_S / 60, keep_series=True
        )
        assert alone.highest_k[:, 0].tobytes() == together.highest_k[:, pixel].tobytes()
        assert np.array_equal(own[:, :, 0], series[:, :, pixel])


def test_cold_traps_are_what_stays_below_110_k() -> None:
    found, _ = run([80.0, 88.0, 89.45], (0.0, 0.5), steps=240)
    assert found.cold_trap.tolist() == [[False, False, True], [False, True, True]]


@pytest.mark.parametrize(
    ("flux", "step_s", "message"),
    [
        (np.zeros(10), 3600.0, "steps, pixels"),
        (np.zeros((0, 3)), 3600.0, "steps, pixels"),
        (np.array([[1.0], [np.nan]]), 3600.0, "nan"),
        (np.array([[1.0], [-2.0]]), 3600.0, "-2.0"),
        (np.full((4, 1), 1e9), 3600.0, "W/m2"),
        (np.zeros((10, 1)), 86_400.0, "46800"),
        (np.zeros((10, 1)), 0.0, "step_s"),
        (np.zeros((10, 1)), float("nan"), "step_s"),
    ],
)
def test_bad_fluxes_and_steps_are_refused(flux: np.ndarray, step_s: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        flux_temperatures(flux, step_s)


def test_a_negative_spin_up_is_refused() -> None:
    with pytest.raises(InputError, match="spin_up"):
        flux_temperatures(np.zeros((10, 1)), 3600.0, spin_up=-1)
