from collections.abc import Iterator

import numpy as np
import pytest
import spiceypy as spice
from hypothesis import given
from hypothesis import strategies as st
from spice_truth import write_leap_kernel

from moonstead.interop.ndm_epochs import (
    TIME_SYSTEMS,
    days_and_seconds,
    epoch_texts,
    leap_s,
    parse_epoch,
    t_s_of,
)

ONE_SINE_S = 5e-5  # SPICE's TDB has one sine; the next of the series has 22 microseconds


@pytest.fixture(scope="module")
def spice_times(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    kernel = write_leap_kernel(tmp_path_factory.mktemp("spice") / "leaps.tls")
    spice.furnsh(str(kernel))
    yield
    spice.unload(str(kernel))


def t_s(text: str, system: str) -> float:
    return float(t_s_of(*parse_epoch(text), system))


@pytest.mark.parametrize(
    "text",
    [
        "1972-06-30T23:59:59.5",
        "1999-12-31T00:00:00",
        "2016-12-31T23:59:60.25",
        "2029-12-18T12:01:07.5",
    ],
)
@pytest.mark.parametrize("system", TIME_SYSTEMS)
@pytest.mark.usefixtures("spice_times")
def test_every_time_system_is_that_of_spice(text: str, system: str) -> None:
    if system == "UTC":
        truth_t_s = spice.str2et(text)
    elif ":60" in text:
        with pytest.raises(ValueError, match="a day without a leap second"):
            t_s(text, system)
        return
    else:
        formal_s = spice.str2et(f"{text.replace('T', ' ')} TDB")
        truth_t_s = spice.unitim(formal_s, {"TT": "TDT"}.get(system, system), "ET")
    assert t_s(text, system) == pytest.approx(truth_t_s, abs=0 if system == "TDB" else ONE_SINE_S)


@given(
    st.integers(-9_000, 18_000), st.integers(0, 86_399_999), st.sampled_from(sorted(TIME_SYSTEMS))
)
def test_a_date_comes_back_from_its_seconds(day: int, millisecond: int, system: str) -> None:
    second = millisecond / 1e3
    epoch = t_s_of([day], [second], system)
    days, seconds = days_and_seconds(epoch, system)
    assert (days[0] - day) * 86400.0 + seconds[0] - second == pytest.approx(0.0, abs=2e-7)
    (text,) = epoch_texts(epoch, system)
    assert len(text) == len("2030-01-31T12:00:00.000")
    assert parse_epoch(text) == (day, pytest.approx(second, abs=1e-9))
    assert t_s(text, system) == pytest.approx(epoch[0], rel=0.0, abs=1e-9)


def test_a_leap_second_is_written_as_second_60() -> None:
    epochs = t_s_of([6209, 6209, 6210], [86399.5, 86400.5, 0.5], "UTC")
    assert np.diff(epochs) == pytest.approx([1.0, 1.0], abs=1e-6)
    texts = epoch_texts(epochs, "UTC")
    assert texts == [
        "2016-12-31T23:59:59.500",
        "2016-12-31T23:59:60.500",
        "2017-01-01T00:00:00.500",
    ]
    assert leap_s([6208, 6209, 6210]).tolist() == [0.0, 1.0, 0.0]


def test_decimals_are_as_many_as_the_epochs_need() -> None:
    exact = t_s_of([10_000], [0.5], "TDB")
    assert epoch_texts(exact, "TDB") == ["2027-05-19T00:00:00.500"]
    assert epoch_texts(exact + 1e-5, "TDB") == ["2027-05-19T00:00:00.500010"]
    assert epoch_texts(np.array([1e-9]), "TDB") == ["2000-01-01T12:00:00.000000001"]
    assert epoch_texts(t_s_of([10_000], [86399.99999999], "TDB"), "TDB") == [
        "2027-05-20T00:00:00.000"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2029-13-01T00:00:00",
        "2029-366T00:00:00",
        "2029-000T00:00:00",
        "0000-001T00:00:00",
        "9999-366T00:00:00",
        "2029-01-01 00:00:00",
        "2029-01-01T24:00:00",
        "2029-01-01T12:00:60",
        "2029-01-01T00:00",
        "２029-01-01T00:00:00",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_epoch(text)
