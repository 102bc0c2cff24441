"""Radiation, dust and meteoroids: against published ends, and against what they must conserve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.environment.radiation.ageing import (
    DUST_KG_PER_M2_S,
    ageing,
    long_term_cell_loss,
    meteoroid_flux,
)
from moonstead.environment.radiation.cosmic_rays import (
    LND_EPOCH_T_S,
    cosmic_ray_dose,
    interstellar_protons,
    modulated_protons,
    proton_flux,
)
from moonstead.environment.radiation.shielding import (
    cosmic_ray_transmission,
    event_dose_gy,
    event_equivalent_sv,
)
from moonstead.environment.radiation.solar_cycle import SolarCycle
from moonstead.environment.radiation.solar_particles import (
    PER_CM2,
    EventStatistics,
    ParticleEvents,
    august_1972,
    event_fluence,
    event_flux,
    february_1956,
    fluence_share,
    king_fluence,
    sample_events,
)
from moonstead.errors import InputError
from moonstead.units import DAY_S, HOUR_S, JULIAN_YEAR_S

CYCLE = SolarCycle()
MAXIMUM_T_S = CYCLE.minimum_t_s + CYCLE.rise * CYCLE.length_s


def events_of(*seeds: int, years: float = 11.0) -> list[ParticleEvents]:
    start = CYCLE.minimum_t_s
    span = (start, start + years * JULIAN_YEAR_S)
    return [sample_events(np.random.default_rng(seed), *span) for seed in seeds]


def test_cycle_goes_from_minimum_to_minimum() -> None:
    ends = [CYCLE.minimum_t_s, MAXIMUM_T_S, CYCLE.minimum_t_s + CYCLE.length_s]
    assert CYCLE.activity(ends) == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)
    t_s = CYCLE.minimum_t_s + np.arange(4000) / 4000.0 * CYCLE.length_s
    assert np.mean(CYCLE.activity(t_s)) == pytest.approx(0.5, abs=1e-3)
    assert np.abs(np.diff(CYCLE.activity(t_s))).max() < 1e-3  # no jumps
    assert CYCLE.activity(t_s - 3.0 * CYCLE.length_s) == pytest.approx(CYCLE.activity(t_s))


def test_dose_at_the_surface_against_lnd_and_reitz() -> None:
    # Zhang et al. 2020: 13.2 +- 1 uGy/h; Reitz et al. 2012: 380 and 110 mSv a year
    lnd = cosmic_ray_dose(LND_EPOCH_T_S)
    assert lnd.absorbed_gy_per_s * HOUR_S == pytest.approx(13.2e-6, abs=1e-6)
    ends = cosmic_ray_dose(np.array([CYCLE.minimum_t_s, MAXIMUM_T_S]))
    assert ends.equivalent_sv_per_s * JULIAN_YEAR_S == pytest.approx([0.380, 0.110], rel=1e-6)


def test_dose_is_lowest_when_the_sun_is_most_active() -> None:
    t_s = CYCLE.minimum_t_s + np.arange(132) * JULIAN_YEAR_S / 12.0
    dose = cosmic_ray_dose(t_s)
    assert np.corrcoef(dose.equivalent_sv_per_s, CYCLE.activity(t_s))[0, 1] < -0.95
    assert np.all(np.argsort(dose.absorbed_gy_per_s) == np.argsort(dose.proton_flux_per_m2_s))


def test_without_modulation_the_interstellar_spectrum_arrives() -> None:
    energy_mev = np.geomspace(10.0, 1e5, 30)
    assert modulated_protons(energy_mev, 0.0) == pytest.approx(interstellar_protons(energy_mev))
    weak, strong = (modulated_protons(energy_mev, mv) for mv in (400.0, 1000.0))
    assert np.all(weak > strong)
    assert strong[-1] / weak[-1] > 0.97  # 100 GeV does not feel the cycle
    assert proton_flux(np.array([[400.0, 900.0]])).shape == (1, 2)


def test_august_1972() -> None:
    # King 1974: exponential in energy, J(>30 MeV) 7.9e9 per cm2; ../shared/figures.md C
    energies = np.array([10.0, 30.0, 60.0, 100.0])
    king = king_fluence(energies) / PER_CM2
    assert king == pytest.approx([1.68e10, 7.9e9, 2.55e9, 5.63e8], rel=0.005)
    ours = event_fluence(august_1972(), energies)[0] / PER_CM2
    assert ours[1] == pytest.approx(7.9e9)
    assert ours[2:] == pytest.approx(king[2:], rel=0.2)
    assert ours[3] == pytest.approx(king[3], rel=0.03)


def test_shields_against_february_1956() -> None:
    # Pham and El-Genk 2008, abstract: about 30 g/cm2 for 250 mSv and 150 g/cm2 for 50 mSv. The two
    # free numbers of the model are set by this: the test keeps them so.
    event = february_1956()
    found = [event_equivalent_sv(event, shield)[0] for shield in (30.0, 150.0)]
    assert found == pytest.approx([0.250, 0.050], rel=0.03)
    # Reitz et al. 2012, abstract: about 1 Sv in a worst case behind light shielding
    assert 0.5 < event_equivalent_sv(august_1972(), 10.0)[0] < 2.0


@given(st.floats(0.1, 300.0), st.floats(1.05, 3.0), st.floats(30.0, 300.0))
def test_more_shield_is_less_dose(shield: float, times: float, rigidity_mv: float) -> None:
    event = ParticleEvents(*(np.array([x]) for x in (0.0, 1e13, rigidity_mv, 1e4, 1e5)))
    assert event_dose_gy(event, shield * times)[0] <= event_dose_gy(event, shield)[0]
    assert event_equivalent_sv(event, shield * times) < event_equivalent_sv(event, shield)
    assert cosmic_ray_transmission(shield * times) < cosmic_ray_transmission(shield) < 1.0


def test_events_come_as_often_as_said_and_mostly_when_the_sun_is_active() -> None:
    many = events_of(*range(200))
    counts = np.array([len(events.onset_t_s) for events in many])
    expected = EventStatistics().per_cycle
    assert counts.mean() == pytest.approx(expected, abs=4.0 * np.sqrt(expected / 200.0))
    assert counts.var() == pytest.approx(expected, rel=0.4)  # Poisson
    onsets = np.concatenate([events.onset_t_s for events in many])
    assert np.mean(CYCLE.activity(onsets)) == pytest.approx(0.75, abs=0.02)  # of rate = activity
    fluence = np.concatenate([events.fluence_per_m2 for events in many])
    assert np.median(fluence) == pytest.approx(10.0**6.93 * PER_CM2, rel=0.15)
    assert fluence.max() == EventStatistics().greatest_per_m2
    like_1972 = np.mean(fluence >= 7.9e9 * PER_CM2) * expected
    assert 0.1 < like_1972 < 0.5  # a cycle; one was seen in the five cycles since 1964


def test_the_same_seed_gives_the_same_events() -> None:
    one, again, other = events_of(7, 7, 8)
    assert one.fluence_per_m2.tobytes() == again.fluence_per_m2.tobytes()
    assert one.onset_t_s.tobytes() == again.onset_t_s.tobytes()
    assert one.onset_t_s.tobytes() != other.onset_t_s.tobytes()
    assert np.all(np.diff(one.onset_t_s) > 0.0)


def test_an_event_brings_its_fluence() -> None:
    event = august_1972()
    t_s = np.arange(-2.0 * DAY_S, 20.0 * DAY_S, 60.0)
    flux = event_flux(event, t_s)
    assert np.trapezoid(flux, t_s) == pytest.approx(event.fluence_per_m2[0], rel=1e-6)
    share = fluence_share(event, t_s)[0]
    assert share[0] == 0.0
    assert share[-1] == pytest.approx(1.0, abs=1e-9)
    middle = 0.5 * (flux[1:] + flux[:-1]) * 60.0
    assert np.diff(share) * event.fluence_per_m2[0] == pytest.approx(middle, rel=1e-3, abs=1e9)
    assert flux.max() == pytest.approx(flux[np.argmin(np.abs(t_s - event.rise_s[0]))])


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    for end in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="span"):
            sample_events(np.random.default_rng(0), 0.0, end)
    assert len(sample_events(np.random.default_rng(0), 0.0, 0.0).onset_t_s) == 0


def test_ageing_counts_what_comes() -> None:
    t_s = np.arange(-1.0, 30.0, 0.25) * DAY_S
    found = ageing(t_s, august_1972(), 1.0)
    assert found.ionising_gy[0] == found.cell_loss[0] == 0.0
    assert np.all(np.diff(found.ionising_gy) > 0.0)
    # O'Brien 2013: covered cells lose less than 1 % in such an event
    assert found.cell_loss[-1] == pytest.approx(0.01, rel=0.01)
    event = event_dose_gy(august_1972(), 1.0)[0]
    assert found.ionising_gy[-1] == pytest.approx(event, rel=0.01)
    assert found.upset_rate[0] < 1.0 < found.upset_rate.max()
    quiet = ageing(
        np.array([0.0, JULIAN_YEAR_S]) + CYCLE.minimum_t_s, events_of(0, years=0.0)[0], 1
    )
    assert quiet.ionising_gy[-1] == pytest.approx(13.2e-6 * 8766.0, rel=0.1)
    assert quiet.cell_loss[-1] == 0.0


def test_cells_and_dust_as_on_apollo_and_change_3() -> None:
    # O'Brien 2013: covered cells 4 to 10 % in about 2000 d; Li et al. 2019: 21.4 ug/cm2 a year
    assert 0.04 <= long_term_cell_loss(2000.0 * DAY_S) <= 0.10
    halves = 1.0 - (1.0 - long_term_cell_loss(1000.0 * DAY_S)) ** 2
    assert halves == pytest.approx(long_term_cell_loss(2000.0 * DAY_S))
    dust_ug_per_cm2 = DUST_KG_PER_M2_S * JULIAN_YEAR_S * 1e9 / 1e4
    assert dust_ug_per_cm2 == pytest.approx(21.4)


def test_meteoroids() -> None:
    # Gruen et al. 1985: the flux of large ones falls with the power -1.34 of mass
    masses = np.geomspace(1e-12, 1.0, 60)
    flux = meteoroid_flux(masses)
    assert np.all(np.diff(flux) < 0.0)
    steepness = np.log(meteoroid_flux(1.0) / meteoroid_flux(0.1)) / np.log(10.0)
    assert steepness == pytest.approx(-1.34, abs=0.04)
    assert meteoroid_flux(1e-6, tilt_deg=90.0) == pytest.approx(0.5 * meteoroid_flux(1e-6))
    assert meteoroid_flux(1e-6, tilt_deg=180.0) == 0.0
