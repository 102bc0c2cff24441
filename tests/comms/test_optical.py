"""Photon budgets: capacities against closed forms and drawn photons, and published links."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.optical import (
    CLEAR_DAY_W_PER_M3_SR,
    any_clear,
    clear_shares,
    load_optical_terminals,
    photon_budget,
    ppm_capacity_bit,
)

TERMINALS = load_optical_terminals()
FARTHEST_M = 406.7e6
AIR_DB = 0.5


@given(st.sampled_from([2, 4, 16, 64, 256]), st.floats(0.01, 20.0))
def test_without_background_a_photon_decides(order: int, signal: float) -> None:
    """McEliece 1981, as in Hamkins 1999, equation 7."""
    wanted = np.log2(order) * -np.expm1(-signal)
    assert ppm_capacity_bit(order, signal, 0.0) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("signal", "background"), [(3.0, 0.2), (1.0, 0.05), (8.0, 1.0)])
def test_capacity_of_drawn_photons(signal: float, background: float) -> None:
    random, order, draws = np.random.default_rng(7), 16, 200_000
    counts = random.poisson(background, (draws, order))
    counts[:, 0] += random.poisson(signal, draws)
    best = counts.max(axis=1)
    sure = (counts == best[:, np.newaxis]).sum(axis=1) == 1
    right = float(np.mean(sure & (counts[:, 0] == best)))
    wrong = float(np.mean(sure)) - right
    q = wrong / (right + wrong)
    doubt = -q * np.log2(q) - (1.0 - q) * np.log2(1.0 - q)
    wanted = (right + wrong) * (4.0 - doubt - q * np.log2(15.0))
    assert ppm_capacity_bit(order, signal, background) == pytest.approx(wanted, abs=0.015)


@given(st.floats(0.05, 10.0), st.floats(0.0, 2.0))
def test_background_never_helps_and_signal_does(signal: float, background: float) -> None:
    here = ppm_capacity_bit(16, signal, background)
    assert 0.0 <= here <= 4.0
    assert ppm_capacity_bit(16, signal, background + 0.1) <= here + 1e-9
    assert ppm_capacity_bit(16, signal + 0.1, background) >= here - 1e-9


def test_llcd() -> None:
    """figures.md, 0.23: 622 Mbit/s from the Moon to four telescopes of 40 cm, day and night."""
    llcd, ground = TERMINALS["llcd"], TERMINALS["llcd-ground"]
    assert llcd.rates_bit_per_s[-1] == 622e6
    night = photon_budget(llcd, ground, FARTHEST_M, 622e6, AIR_DB)
    day = photon_budget(llcd, ground, FARTHEST_M, 622e6, AIR_DB, CLEAR_DAY_W_PER_M3_SR)
    assert 0.0 < day.margin_db < night.margin_db < 10.0
    assert night.needed_photons_per_bit == pytest.approx(np.log(2.0) / 2.0)  # half of 4 bits
    slow = photon_budget(llcd, ground, FARTHEST_M, 38.75e6, AIR_DB)
    assert slow.margin_db - night.margin_db == pytest.approx(10.0 * np.log10(622.0 / 38.75))


def test_o2o() -> None:
    o2o, ground = TERMINALS["o2o"], TERMINALS["o2o-ground"]
    assert o2o.rates_bit_per_s[-1] == 260e6
    day = photon_budget(o2o, ground, FARTHEST_M, 260e6, AIR_DB, CLEAR_DAY_W_PER_M3_SR)
    assert 3.0 < day.margin_db < 15.0


def test_light_that_leaves_the_moon_arrives_on_earth() -> None:
    """All light of a beam is its centre times wavelength^2 range^2 / area (Goodman, section 4)."""
    llcd = TERMINALS["llcd"]
    found = photon_budget(llcd, TERMINALS["llcd-ground"], FARTHEST_M, 622e6)
    centre_w_per_m2 = 10.0 ** ((found.received_dbw - found.receive_area_db_m2) / 10.0)
    area_m2 = np.pi / 4.0 * llcd.aperture_m**2
    total_w = centre_w_per_m2 * (llcd.wavelength_m * FARTHEST_M) ** 2 / area_m2
    assert total_w == pytest.approx(0.5 * 10.0 ** (-found.transmit_loss_db / 10.0), rel=1e-6)


def test_photons_have_the_energy_of_their_colour() -> None:
    found = photon_budget(TERMINALS["llcd"], TERMINALS["llcd-ground"], FARTHEST_M, 622e6)
    per_watt = found.counted_per_s / 10.0 ** (found.received_dbw / 10.0)
    assert per_watt == pytest.approx(0.1 / 1.28157e-19, rel=1e-4)


def test_clouds() -> None:
    shares = clear_shares()
    assert shares["izana"] == 0.686
    three = [shares[name] for name in ("izana", "el-leoncito", "san-pedro-martir")]
    found = any_clear(three)
    assert found == pytest.approx(1.0 - 0.314 * 0.294 * 0.240)
    assert found > 0.97
    assert any_clear([]) == 0.0
