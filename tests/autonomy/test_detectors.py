"""False alarms and latency of the detectors, on noise made here."""

import numpy as np
import pytest
from scipy.signal import lfilter

from moonstead.autonomy.protection.detectors import (
    DELTA,
    FROZEN,
    LIMIT,
    SHIFT,
    SPREAD,
    Rows,
    new_memory,
    watch,
)

YEAR_MIN = 365 * 1440


def _rows(n, kind, **values):
    defaults = {
        "low": -np.inf, "high": np.inf, "repeat": 1, "slack": 0.25, "threshold": 30.0,
        "least_sigma": 0.0,
    }  # fmt: skip
    given = {**defaults, **values}
    table = {name: np.full(n, float(value)) for name, value in given.items()}
    table["repeat"] = table["repeat"].astype(np.int64)
    return Rows(kind=np.full(n, kind, dtype=np.int64), **table)


def _noise(n, length, rho, seed=1):
    """Unit variance noise of first order with the given correlation; shape (length, n)."""
    generator = np.random.default_rng(seed)
    white = generator.standard_normal((length, n)) * np.sqrt(1.0 - rho * rho)
    white[0] /= np.sqrt(1.0 - rho * rho)
    return lfilter([1.0], [1.0, -rho], white, axis=0)


def _alarms(rows, values):
    """Return when each channel is in alarm; shape as values."""
    memory = new_memory(values.shape[1])
    allowed = np.ones(values.shape[1], dtype=np.bool_)
    seen = np.zeros(values.shape, dtype=np.bool_)
    for t, row in enumerate(values):
        watch(rows, memory, row, allowed)
        seen[t] = memory.alarm
    return seen


def _begins(alarms):
    return int(np.sum(alarms[1:] & ~alarms[:-1]))


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_the_whitened_sum_raises_no_false_alarm_in_fault_free_channel_years(rho):
    channels, length = 20, YEAR_MIN // 20
    values = 3.0 + 0.2 * _noise(channels, length, rho)
    assert _begins(_alarms(_rows(channels, SHIFT), values)) == 0


def test_without_whitening_correlated_noise_raises_many():
    """The unwhitened sum of the same noise, by hand: hundreds of alarms a channel-year."""
    values = _noise(1, YEAR_MIN // 4, 0.9)[:, 0]
    total, alarms = 0.0, 0
    for value in values:
        total = max(total + value - 1.0, 0.0)
        if total > 25.0:
            alarms, total = alarms + 1, 0.0
    assert 4 * alarms > 50


@pytest.mark.parametrize(("rho", "most_min"), [(0.0, 15), (0.6, 40), (0.9, 150)])
def test_a_shift_of_three_sigma_is_found_within_hours(rho, most_min):
    channels, begin = 50, 3000
    values = _noise(channels, begin + 600, rho)
    values[begin:] += 3.0
    alarms = _alarms(_rows(channels, SHIFT), values)
    assert not alarms[:begin].any()
    latency = np.argmax(alarms[begin:], axis=0)
    assert alarms[begin:].any(axis=0).all()
    assert np.median(latency) <= most_min


def test_three_in_a_row_beyond_four_sigma_is_quiet_and_quick():
    rows = _rows(20, LIMIT, low=-4.0, high=4.0, repeat=3)
    quiet = _noise(20, YEAR_MIN // 10, 0.6)
    assert _begins(_alarms(rows, quiet)) == 0
    quiet[1000:1010] += 9.0
    assert _alarms(rows, quiet)[1002:1010].all(axis=1).any()


def test_more_noise_is_found_as_more_noise():
    values = _noise(10, 6000, 0.3)
    values[5000:] *= 4.0
    alarms = _alarms(_rows(10, SPREAD, threshold=40.0), values)
    assert not alarms[:5000].any()
    assert alarms[5000:5060].any(axis=0).all()


def test_a_value_that_stays_and_a_value_that_jumps():
    values = _noise(1, 300, 0.0)
    values[200:] = values[200]
    assert np.argmax(_alarms(_rows(1, FROZEN, repeat=10), values)[:, 0]) == 210
    jumps = np.zeros((50, 1))
    jumps[20:] = 8.0
    alarms = _alarms(_rows(1, DELTA, low=-5.0, high=5.0), jumps)
    assert np.flatnonzero(alarms[:, 0]).tolist() == [20]


def test_a_gap_in_the_telemetry_raises_nothing_and_forgets_nothing():
    values = _noise(1, 5000, 0.6)
    values[2000:2500] = np.nan
    assert not _alarms(_rows(1, SHIFT), values).any()
    values[4000:] += 4.0
    assert _alarms(_rows(1, SHIFT), values)[4000:4200].any()
