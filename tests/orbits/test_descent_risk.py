"""The flown record of landings, and where they came down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from moonstead.errors import InputError
from moonstead.orbits.landing_ellipse import NAVIGATION, LandingEllipse, landing_ellipse
from moonstead.orbits.landing_record import KINDS, Chance, chance_of, load_landings


def test_the_record_is_that_of_the_compilation() -> None:
    """Of 14 uncrewed attempts 2013 to June 2025: 6 full successes, 3 partial, 5 failures."""
    flown = [landing for landing in load_landings() if landing.kind != "crewed"]
    results = [landing.result for landing in flown]
    assert [results.count(word) for word in ("success", "partial", "failure")] == [6, 3, 5]
    assert chance_of("crewed").successes == chance_of("crewed").attempts == 6
    for landing in load_landings():
        assert landing.kind in KINDS
        assert landing.navigation in NAVIGATION
        assert landing.source


@pytest.mark.parametrize(
    ("successes", "attempts", "mean"),
    # figures.md F.2: SLS 3/4, Long March 5 10/12, Falcon 9 598/603.
    [(2, 2, 0.75), (9, 10, 0.8333), (597, 601, 0.9917)],
)
def test_laplaces_rule(successes: int, attempts: int, mean: float) -> None:
    chance = Chance(successes, attempts)
    assert chance.mean == pytest.approx(mean, abs=1e-4)
    low, high = chance.interval()
    assert low < chance.mean < high


@settings(max_examples=25)
@given(st.integers(0, 8), st.integers(0, 8), st.integers(1, 3))
def test_flights_for_cargo_by_drawing(successes: int, failures: int, cargoes: int) -> None:
    chance = Chance(successes, successes + failures)
    try:
        flights = chance.flights_for(cargoes, 0.7)
    except InputError:
        assert chance.mean < 0.2
        return
    rng = np.random.default_rng(7)
    drawn = rng.beta(successes + 1, failures + 1, 20_000)
    share = np.mean(rng.binomial(flights, drawn) >= cargoes)
    assert share > 0.7 - 0.02
    if flights > cargoes:
        assert np.mean(rng.binomial(flights - 1, drawn) >= cargoes) < 0.7 + 0.02


def test_what_cannot_be_had_is_told() -> None:
    with pytest.raises(InputError, match="not even 1000 flights"):
        Chance(0, 20).flights_for(3, 0.9999)
    with pytest.raises(InputError, match='did you mean "agency"'):
        chance_of("agencies")
    with pytest.raises(InputError, match='did you mean "inertial"'):
        landing_ellipse("inertia")


@given(st.floats(1.0, 5e3), st.floats(0.0, 5.0))
def test_a_round_spread_is_rayleighs(sigma_m: float, times: float) -> None:
    spread = LandingEllipse(sigma_m, sigma_m)
    expected = 1.0 - np.exp(-0.5 * times**2)
    assert spread.chance_within(times * sigma_m) == pytest.approx(expected, abs=1e-12)
    along_m, cross_m = spread.half_axes_m(0.95)
    assert along_m == cross_m
    assert spread.chance_within(along_m) == pytest.approx(0.95, abs=1e-9)


def test_a_long_spread_by_drawing() -> None:
    spread = LandingEllipse(1500.0, 400.0)
    rng = np.random.default_rng(3)
    along, cross = rng.normal(0.0, 1500.0, 400_000), rng.normal(0.0, 400.0, 400_000)
    for radius_m in (200.0, 1000.0, 3000.0):
        share = np.mean(np.hypot(along, cross) < radius_m)
        assert spread.chance_within(radius_m) == pytest.approx(share, abs=0.003)
    half_along_m, half_cross_m = spread.half_axes_m(0.9)
    inside = np.mean((along / half_along_m) ** 2 + (cross / half_cross_m) ** 2 < 1.0)
    assert inside == pytest.approx(0.9, abs=0.003)
    # In one direction only the spread is that of a chi square of one degree of freedom.
    thin = LandingEllipse(1000.0, 50.0)
    assert thin.chance_within(1500.0) == pytest.approx(chi2.cdf(2.25, 1), abs=2e-3)


def test_flown_misses_are_in_their_ellipses() -> None:
    for landing in load_landings():
        if landing.miss_m is None:
            continue
        spread = landing_ellipse(landing.navigation)
        beyond = 1.0 - spread.chance_within(landing.miss_m)
        # Four misses: none should be rarer than one in a thousand.
        assert beyond > 1e-3, landing.name
