"""Numbers as written, spells as found, bins as filled."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.report import spells, words


@pytest.mark.parametrize("module", [words, spells])
def test_examples(module):
    assert doctest.testmod(module, extraglobs={"np": np, "words": words}).failed == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (words.energy(324.4), "324 kWh"),
        (words.energy(68_048.0), "68 MWh"),
        (words.energy(0.05), "50 Wh"),
        (words.energy(0.0), "0 kWh"),
        (words.power(811.0), "811 W"),
        (words.power(14_000.0), "14 kW"),
        (words.data(8534.8), "8.53 Tbit"),
        (words.data(0.006), "6 Mbit"),
        (words.span(2400.0), "40 min"),
        (words.span(64.5 * 3600.0), "64.5 h"),
        (words.span(15.67 * 86400.0), "15.7 days"),
        (words.celsius(273.0), "0"),
        (words.celsius(-0.15 + 173.15), "−100"),
        (words.percent(0.9565), "95.7 %"),
        (words.count(1, "session"), "1 session"),
        (words.count(2139, "session"), "2,139 sessions"),
        (words.listed(["a"]), "a"),
        (words.listed(["a", "b", "c"]), "a, b and c"),
        (words.listed(list("abcdefgh"), 3), "a, b, c and 5 more"),
        (words.tiny(4.5e-12), "4.5 × 10⁻¹²"),
        (words.number(999.7), "1,000"),
        (words.number(-0.5), "−0.5"),
    ],
)
def test_words(written, expected):
    assert written.replace("\u00a0", " ") == expected


@given(st.lists(st.booleans(), max_size=60))
def test_spells_cover_exactly_what_holds(flags):
    condition = np.array(flags, dtype=bool)
    rebuilt = np.zeros(len(flags), dtype=bool)
    found = spells.spells(condition)
    for first, end in found:
        assert first < end
        rebuilt[first:end] = True
    assert np.array_equal(rebuilt, condition)
    assert np.all(found[1:, 0] > found[:-1, 1])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80), st.integers(1, 30))
def test_envelopes_keep_extremes_and_totals(values, most):
    series = np.array(values)
    edges = spells.bin_edges(0, len(values), most)
    band = spells.envelope(series, edges)
    assert band.low.min() == series.min()
    assert band.high.max() == series.max()
    assert np.sum(band.mean * np.diff(edges)) == pytest.approx(series.sum(), abs=1e-3)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(1, 20))
def test_round_edges_lie_on_whole_bins(first, length, per_bin):
    edges = spells.round_edges(first, first + length, per_bin)
    assert edges[0] == first
    assert edges[-1] == first + length
    assert np.all(np.diff(edges) > 0)
    assert np.all(edges[1:-1] % per_bin == 0)
