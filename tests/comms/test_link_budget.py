"""Link budgets: every line adds up, and published links come out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.atmosphere import AirLoss, GroundPlace, air_loss
from moonstead.comms.link_budget import Conditions, LinkBudget, carrier_dbhz, link_budget
from moonstead.comms.link_codes import load_codes
from moonstead.comms.link_ladder import ladder_of
from moonstead.comms.link_noise import angular_radius_deg, disc_noise_k, moon_brightness_k
from moonstead.comms.link_radios import load_radios
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError

RADIOS, CODES = load_radios(), load_codes()
MOON_M = 384.4e6
FARTHEST_M = 406.7e6
# As in ground_stations.csv.
JIAMUSI = GroundPlace(46.494, 130.770, 100.0, 66.0)
KASHI = GroundPlace(38.44, 76.72, 1300.0, 35.0)
WHITE_SANDS = GroundPlace(32.5, -106.6, 1450.0, 18.0)


def moon_k(receiver: str, range_m: float, offset_deg: float = 0.0) -> float:
    """Return the noise of the Moon at its warmest in the beam of a receiver."""
    radio = RADIOS[receiver]
    assert radio.receive_hz is not None
    warmest = float(moon_brightness_k(radio.receive_hz, np.arange(360.0)).max())
    radius_deg = angular_radius_deg(MOON_RADIUS_M, range_m)
    beam_deg = radio.half_power_deg(radio.receive_hz)
    return float(disc_noise_k(warmest, radius_deg, beam_deg, offset_deg))


def budget(sender: str, receiver: str, rate_bit_per_s: float, conditions: Conditions) -> LinkBudget:
    code = CODES[RADIOS[sender].code]
    return link_budget(RADIOS[sender], RADIOS[receiver], conditions, code, rate_bit_per_s)


def air(loss_db: float, scintillation_db: float = 0.0) -> AirLoss:
    zero, loss = np.zeros(()), np.array(loss_db)
    total = loss + scintillation_db
    return AirLoss(loss, zero, zero, np.array(scintillation_db), total)


@given(
    st.sampled_from(["queqiao-1-x", "queqiao-2-x", "chang-e-4-x", "rover-x", "dsn-34-x"]),
    st.sampled_from(["queqiao-1-x", "chang-e-4-x", "cdsn-66-x", "lander-x"]),
    st.floats(1e3, 5e8),
    st.floats(0.0, 20.0),
    st.floats(0.0, 300.0),
    st.booleans(),
)
def test_the_lines_add_up(
    sender: str, receiver: str, range_m: float, lost_db: float, hot_k: float, below: bool
) -> None:
    conditions = Conditions(
        range_m=range_m,
        air=air(lost_db, 0.3),
        air_at_receiver=below,
        hot_k=hot_k,
        obstruction_db=1.5,
    )
    found = budget(sender, receiver, 1000.0, conditions)
    assert found.eirp_dbw == pytest.approx(
        found.power_dbw - found.line_loss_db + found.transmit_gain_dbi
    )
    lost = found.transmit_pointing_db + found.free_space_db + found.air_db + found.obstruction_db
    lost += found.polarisation_db + found.receive_pointing_db
    assert found.received_dbw == pytest.approx(found.eirp_dbw - lost + found.receive_gain_dbi)
    parts = found.receiver_noise_k + found.air_noise_k + found.hot_noise_k
    assert found.system_noise_k == pytest.approx(parts)
    passed = 10.0 ** (-lost_db / 10.0) if below else 1.0
    assert found.hot_noise_k == pytest.approx(hot_k * passed, abs=1e-9)
    assert found.air_noise_k == pytest.approx(275.0 * (1.0 - passed), abs=1e-9)
    g_over_t = found.receive_gain_dbi - 10.0 * np.log10(found.system_noise_k)
    assert found.g_over_t_db_per_k == pytest.approx(g_over_t)
    assert found.carrier_dbhz == pytest.approx(found.eirp_dbw - lost + g_over_t + 228.5991672)
    assert found.ebn0_db == pytest.approx(found.carrier_dbhz - 30.0)
    margin = found.ebn0_db - found.implementation_loss_db - found.required_ebn0_db
    assert found.margin_db == pytest.approx(margin)


def test_lines_carry_units_in_order() -> None:
    found = budget("queqiao-1-x", "chang-e-4-x-low", 125.0, Conditions(range_m=79e6))
    lines = found.lines()
    assert lines[0] == ("frequency", 7.2e9, "Hz")
    assert [unit for name, _, unit in lines if name == "g over t"] == ["dB/K"]
    assert lines[-1] == ("margin", found.margin_db, "dB")
    assert list(found.as_dict().values()) == [value for _, value, _ in lines]


def test_the_case_like_lro_of_figures() -> None:
    """40 W, 0.75 m, 18 m, 300 K, 3 dB, 100 Mbit/s over 384.4 Mm.

    figures.md, G.3 has "about 16.6 dB"; its own lines add up to 19.1: 16.02 dBW + 43.49 dBi -
    232.33 dB + 71.10 dBi - 3 dB + 228.60 - 24.77 dBK - 80 dB.
    """
    same = {"line_loss_db": 3.0, "pointing_deg": 0.0, "axial_ratio_db": 0.0}
    sender = replace(RADIOS["lro-ka"], **same)
    receiver = replace(RADIOS["ws1-18-ka"], **same, noise_k=300.0)
    found = link_budget(sender, receiver, Conditions(range_m=MOON_M), CODES["uncoded"], 1e8)
    assert found.ebn0_db == pytest.approx(
        16.02 + 43.49 - 232.33 + 71.10 - 3.0 + 228.60 - 24.77 - 80.0, abs=0.02
    )


def test_lro_closes_with_three_decibels() -> None:
    """figures.md, 0.22: 100 Mbit/s near 25.65 GHz to an 18 m dish, the Moon in its beam."""
    loss = air_loss(WHITE_SANDS, 25.65e9, 10.0, 0.95)
    hot_k = moon_k("ws1-18-ka", FARTHEST_M)
    assert hot_k > 200.0
    found = budget(
        "lro-ka", "ws1-18-ka", 1e8, Conditions(range_m=FARTHEST_M, air=loss, hot_k=hot_k)
    )
    assert 3.0 < found.margin_db < 10.0


@pytest.mark.parametrize(
    ("sender", "rates"),
    [
        ("chang-e-4-x-low", (1400.0,)),
        ("chang-e-4-x", (50e3, 280e3, 555e3)),
        ("yutu-2-x-low", (700.0,)),
        ("yutu-2-x", (140e3, 285e3)),
    ],
)
def test_the_surface_reaches_queqiao_1_at_its_rates(sender: str, rates: tuple[float, ...]) -> None:
    """At 79 000 km, the far end of the halo, with the Moon filling the relay's beam."""
    assert RADIOS[sender].rates_bit_per_s == rates
    hot_k = moon_k("queqiao-1-x", 79e6)
    assert hot_k == pytest.approx(223.0, abs=5.0)
    found = budget(sender, "queqiao-1-x", rates[-1], Conditions(range_m=79e6, hot_k=hot_k))
    assert 1.0 < found.margin_db < 9.0
    assert found.receive_gain_dbi == 44.0


def test_queqiao_1_commands_the_surface() -> None:
    assert RADIOS["queqiao-1-x"].rates_bit_per_s == (125.0,)
    for receiver in ("chang-e-4-x-low", "yutu-2-x-low"):
        found = budget("queqiao-1-x", receiver, 125.0, Conditions(range_m=79e6))
        assert 3.0 < found.margin_db < 15.0


def test_queqiao_1_reaches_earth_at_its_rates() -> None:
    """65 000 km behind the Moon at its farthest, low in the sky, on the Moon's edge: 66 m."""
    sender = RADIOS["queqiao-1-s"]
    assert sender.rates_bit_per_s == (1e6, 2e6, 4e6, 10e6)
    conditions = Conditions(
        range_m=FARTHEST_M + 65e6,
        air=air_loss(JIAMUSI, 2.234e9, 10.0, 0.99),
        hot_k=moon_k("cdsn-66-s", FARTHEST_M, offset_deg=0.4),
    )
    found = budget("queqiao-1-s", "cdsn-66-s", 10e6, conditions)
    assert 2.0 < found.margin_db < 6.0


def test_queqiao_2_reaches_earth_in_ka() -> None:
    """figures.md, G.2: 100 Mbit/s with a tube of 55 W; to 35 m, with all of the Moon behind it."""
    conditions = Conditions(
        range_m=FARTHEST_M,
        air=air_loss(KASHI, 26.25e9, 10.0, 0.99),
        hot_k=moon_k("cdsn-35-ka", FARTHEST_M),
    )
    found = budget("queqiao-2-ka", "cdsn-35-ka", 1e8, conditions)
    assert found.power_dbw == pytest.approx(17.40, abs=0.01)
    assert 6.0 < found.margin_db < 20.0


@pytest.mark.parametrize(
    ("name", "g_over_t"),
    [("dsn-34-x", 54.0), ("dsn-70-x", 61.5), ("estrack-35-x", 50.8), ("cdsn-66-x", 53.0)],
)
def test_receivers_of_figures(name: str, g_over_t: float) -> None:
    """figures.md, G.1: G/T, at the zenith through clear air of 0.04 dB at X-band."""
    radio = RADIOS[name]
    assert radio.noise_k is not None
    noise_k = Conditions(range_m=MOON_M, air=air(0.04)).noise_k(radio.noise_k)
    found = radio.gain_at_dbi(8.42e9) - 10.0 * np.log10(noise_k)
    assert found == pytest.approx(g_over_t, abs=0.5)


def test_arrays_say_what_single_moments_say() -> None:
    ranges = np.linspace(356e6, 407e6, 7)
    losses = air_loss(JIAMUSI, 8.47e9, np.linspace(5.0, 60.0, 7), 0.99)
    conditions = Conditions(range_m=ranges, air=losses, hot_k=np.linspace(0.0, 200.0, 7))
    many = carrier_dbhz(RADIOS["lander-x"], RADIOS["cdsn-66-x"], conditions)
    for k, range_m in enumerate(ranges):
        parts = (losses.gas_db, losses.cloud_db, losses.rain_db, losses.scintillation_db)
        one = Conditions(
            range_m=range_m,
            air=AirLoss(*(part[k] for part in parts), losses.total_db[k]),
            hot_k=200.0 * k / 6.0,
        )
        found = budget("lander-x", "cdsn-66-x", 1e5, one)
        assert found.carrier_dbhz == pytest.approx(many[k], abs=1e-9)


def test_links_that_cannot_be() -> None:
    near = Conditions(range_m=1e6)
    with pytest.raises(InputError, match=r"range_m = 0: must be above 0 m"):
        Conditions(range_m=[1.0, 0.0])
    with pytest.raises(InputError, match=r"ws1-18-ka: does not transmit"):
        link_budget(RADIOS["ws1-18-ka"], RADIOS["cdsn-35-ka"], near, CODES["uncoded"], 1.0)
    with pytest.raises(InputError, match=r"lro-ka: does not receive"):
        link_budget(RADIOS["cdsn-35-ka"], RADIOS["lro-ka"], near, CODES["uncoded"], 1.0)
    with pytest.raises(InputError, match=r"cdsn-66-x = band X: lro-ka sends in Ka"):
        link_budget(RADIOS["lro-ka"], RADIOS["cdsn-66-x"], near, CODES["uncoded"], 1.0)
    with pytest.raises(InputError, match=r"rate_bit_per_s = 0: must be above 0"):
        budget("rover-x", "cdsn-66-x", 0.0, near)
    with pytest.raises(InputError, match=r"ws1-18-ka.*does not transmit"):
        RADIOS["ws1-18-ka"].eirp_dbw()


@pytest.mark.parametrize(
    ("first", "last", "range_m"),
    [
        ("station-ka", "cdsn-35-ka", FARTHEST_M),
        ("station-ka", "dsn-34-ka", FARTHEST_M),
        ("station-x", "dsn-34-x", FARTHEST_M),
        ("lander-x", "cdsn-66-x", FARTHEST_M),
        ("station-s", "dsn-34-s", FARTHEST_M),
        ("queqiao-1-s", "cdsn-66-s", FARTHEST_M + 65e6),
        ("queqiao-2-s", "cdsn-35-s", FARTHEST_M),
        ("station-x", "queqiao-2-x", 18e6),
        ("rover-x", "queqiao-2-x", 18e6),
        ("rover-uhf", "queqiao-2-uhf", 18e6),
        ("rover-uhf", "station-uhf", 10e3),
    ],
)
def test_terminals_of_the_table_reach_each_other(first: str, last: str, range_m: float) -> None:
    """Both ways, at the lowest rate with 3 dB, with a warm Moon or Earth behind."""
    for sender, receiver in ((first, last), (last, first)):
        carrier = carrier_dbhz(
            RADIOS[sender], RADIOS[receiver], Conditions(range_m=range_m, hot_k=290.0)
        )
        assert carrier >= ladder_of(RADIOS[sender])[0].required_dbhz + 3.0
