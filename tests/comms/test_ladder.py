"""The best rate of a ladder against a plain search, and spells for contact plans."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.link_budget import Conditions, carrier_dbhz
from moonstead.comms.link_ladder import (
    Rung,
    best_rate,
    ladder_of,
    rate_spells,
    require_closed,
)
from moonstead.comms.link_radios import load_radios
from moonstead.errors import InputError

RADIOS = load_radios()
LADDER = ladder_of(RADIOS["queqiao-1-s"])
CARRIERS = st.lists(st.floats(40.0, 110.0), min_size=1, max_size=30).map(np.array)


def test_the_ladder_of_queqiao_1() -> None:
    assert [rung.rate_bit_per_s for rung in LADDER] == [1e6, 2e6, 4e6, 10e6]
    assert LADDER[0].required_dbhz == pytest.approx(60.0 + 2.6 + 2.0)
    assert LADDER[3].required_dbhz == pytest.approx(70.0 + 2.6 + 2.0)


def test_an_adaptive_ladder_only_climbs() -> None:
    ladder = ladder_of(RADIOS["station-ka"])
    rates = [rung.rate_bit_per_s for rung in ladder]
    needs = [rung.required_dbhz for rung in ladder]
    assert rates == sorted(set(rates))
    assert needs == sorted(set(needs))
    assert rates[0] == pytest.approx(49.0243e6)
    assert rates[-1] == pytest.approx(445.3027e6)
    assert needs[0] == pytest.approx(80.0 - 2.35 + 2.0)
    # EN 302 307: 8PSK 3/5 carries more than QPSK 8/9 and needs 0.7 dB less.
    assert "dvb-s2-qpsk-8/9" not in [rung.code for rung in ladder]


@given(CARRIERS, st.floats(0.0, 6.0))
def test_the_best_rate_is_found_by_trying_all(carrier: np.ndarray, margin_db: float) -> None:
    found = best_rate(LADDER, carrier, margin_db)
    for k, value in enumerate(carrier):
        fits = [r.rate_bit_per_s for r in LADDER if value >= r.required_dbhz + margin_db]
        assert found.rate_bit_per_s[k] == max(fits, default=0.0)
        missing = max(LADDER[0].required_dbhz + margin_db - value, 0.0)
        assert found.missing_db[k] == pytest.approx(missing)
        assert (found.rung[k] < 0) == (not fits)


@given(CARRIERS, st.floats(0.1, 5.0))
def test_hysteresis_delays_only_the_climb(carrier: np.ndarray, hysteresis_db: float) -> None:
    free, held = best_rate(LADDER, carrier), best_rate(LADDER, carrier, 3.0, hysteresis_db)
    assert np.all(held.rung <= free.rung)
    assert np.all((held.rung < 0) == (free.rung < 0))
    for before, now, k in zip(held.rung, held.rung[1:], range(1, carrier.size), strict=False):
        climbed = 0 <= before < now
        if climbed:
            assert carrier[k] >= LADDER[now].required_dbhz + 3.0 + hysteresis_db


def test_a_rate_does_not_flutter() -> None:
    edge = LADDER[1].required_dbhz + 3.0
    carrier = edge + 0.3 * np.array([-1.0, 1.0] * 10)
    assert np.unique(best_rate(LADDER, carrier).rung).tolist() == [0, 1]
    assert np.unique(best_rate(LADDER, carrier, 3.0, 1.0).rung).tolist() == [0]


def test_a_link_that_cannot_close_says_what_is_missing() -> None:
    carrier = carrier_dbhz(
        RADIOS["rover-uhf"], RADIOS["queqiao-2-uhf"], Conditions(range_m=np.array([4e8, 3e8]))
    )
    choice = best_rate(ladder_of(RADIOS["rover-uhf"]), carrier)
    assert np.all(choice.rate_bit_per_s == 0.0)
    with pytest.raises(InputError, match=r"link: rover - relay: cannot close.*lacks 1[0-9]\.\d dB"):
        require_closed("rover - relay", choice)
    require_closed("near", best_rate(LADDER, [0.0, 100.0]))
    assert best_rate(LADDER, -np.inf).missing_db[0] == np.inf
    with pytest.raises(InputError, match="ws1-18-ka: does not transmit"):
        ladder_of(RADIOS["ws1-18-ka"])


@given(st.lists(st.sampled_from([0.0, 1.0, 5.0]), min_size=2, max_size=40).map(np.array))
def test_spells_promise_no_more_than_the_link_carries(rate: np.ndarray) -> None:
    t_s = np.arange(rate.size) * 10.0
    begin_s, end_s, spell = rate_spells(t_s, rate)
    carried = np.zeros(rate.size - 1)
    for begin, end, value in zip(begin_s, end_s, spell, strict=True):
        carried[(t_s[:-1] >= begin) & (t_s[1:] <= end)] += value
    assert np.array_equal(carried, np.minimum(rate[:-1], rate[1:]))
    touching = begin_s[1:] == end_s[:-1]
    assert np.all(begin_s[1:] >= end_s[:-1])
    assert np.all(spell[1:][touching] != spell[:-1][touching])


def test_one_rung_is_a_ladder() -> None:
    assert best_rate((Rung(9.0, 50.0, "x"),), 53.0).rate_bit_per_s.tolist() == [9.0]
