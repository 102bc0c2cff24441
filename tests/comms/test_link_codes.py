"""Thresholds of codes against Shannon, closed forms and the union bound."""

import numpy as np
import pytest
from scipy.stats import norm

from moonstead.comms.link_codes import load_codes


def test_no_code_beats_shannon_and_all_come_near() -> None:
    codes = load_codes()
    assert len(codes) == 40
    for code in codes.values():
        efficiency = code.efficiency_bit_per_symbol
        # A CCSDS code runs on both axes of QPSK: two binary symbols for a complex one.
        per_complex = efficiency if code.name.startswith("dvb") else 2.0 * efficiency
        least_db = 10.0 * np.log10((2.0**per_complex - 1.0) / per_complex)
        assert code.required_ebn0_db > least_db, code.name
        if code.name.startswith(("dvb", "turbo", "ldpc")):
            assert code.required_ebn0_db < least_db + 4.0, code.name


def test_dvb_s2_needs_more_for_more() -> None:
    dvb = [code for name, code in load_codes().items() if name.startswith("dvb-s2-qpsk")]
    assert len(dvb) == 11
    symbols = [c.required_ebn0_db + 10.0 * np.log10(c.efficiency_bit_per_symbol) for c in dvb]
    assert symbols[0] == pytest.approx(-2.35)
    assert symbols == sorted(symbols)
    assert load_codes()["dvb-s2-32apsk-9/10"].required_ebn0_db == pytest.approx(9.56, abs=0.01)


def test_without_a_code() -> None:
    ebn0 = 10.0 ** (load_codes()["uncoded"].required_ebn0_db / 10.0)
    assert norm.sf(np.sqrt(2.0 * ebn0)) == pytest.approx(1e-5, rel=0.01)


def test_bch_of_telecommands() -> None:
    """More than one wrong bit of 63 loses a codeword."""
    ebn0 = 10.0 ** (load_codes()["tc-bch"].required_ebn0_db / 10.0)
    wrong = norm.sf(np.sqrt(2.0 * ebn0 * 56.0 / 64.0))
    lost = 1.0 - (1.0 - wrong) ** 63 - 63.0 * wrong * (1.0 - wrong) ** 62
    assert lost == pytest.approx(1e-5, rel=0.03)


def test_the_convolutional_code_keeps_the_union_bound() -> None:
    """Bits on paths of weight 10, 12, ... of (7, 1/2): 36, 211, 1404, 11633, 77433."""
    ebn0 = 10.0 ** (load_codes()["conv-1/2"].required_ebn0_db / 10.0)
    weights = np.array([10, 12, 14, 16, 18])
    bits = np.array([36, 211, 1404, 11633, 77433])
    bound = float(np.sum(bits * norm.sf(np.sqrt(weights * ebn0))))
    assert 0.7e-5 < bound < 1.3e-5
