"""Thresholds of codes against Shannon, closed forms and the union bound."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from moonstead.comms.link_codes import load_codes
from moonstead.errors import InputError


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


def test_wrong_tables_are_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    heading = "name,title,efficiency_bit_per_symbol,required_db,per,error_rate,source,confidence"
    path.write_text(
        f"{heading}\nmine,Mine,9,1,bit,1e-5,me,high\nmine,,0.5,x,byte,1e-5,me,sure\nshort,Short,1\n"
    )
    with pytest.raises(InputError) as caught:
        load_codes(path)
    assert [str(problem).removeprefix(f"{path}: ") for problem in caught.value.problems] == [
        'row 2, efficiency_bit_per_symbol = "9": must be a number from 0.01 to 8',
        'row 3, title = "": must not be empty',
        'row 3, required_db = "x": must be a number from -10 to 30',
        'row 3, per = "byte": must be one of bit, symbol',
        'row 3, confidence = "sure": must be one of high, medium, low, assumption',
        'row 3, name = "mine": stands there twice; keep one',
        "row 4 = 3 values: must have 8 values; a text with a comma goes in quotes",
    ]
    path.write_text("name,title\n")
    with pytest.raises(InputError, match="the columns must be name, title, efficiency"):
        load_codes(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_codes(tmp_path / "none.csv")
