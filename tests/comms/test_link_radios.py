"""The tables of radios and terminals: honest about their sources, strict about their cells."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.link_radios import load_bands, load_radios, radio_named
from moonstead.comms.optical import load_optical_terminals
from moonstead.errors import InputError

RADIOS = load_radios()
HEADING = (
    "name,title,owner,band,transmit_hz,receive_hz,power_w,line_loss_db,antenna_m,efficiency,"
    "gain_dbi,pointing_deg,axial_ratio_db,noise_k,code,rates_bit_per_s,symbol_rate_hz,"
    "implementation_loss_db,source,confidence"
)
ROW = "mine,Mine,,X,8.4e9,,5,0,1,0.5,,0,0,,uncoded,50 100,,0,me,low"


def test_every_radio_says_where_it_comes_from() -> None:
    assert set(load_bands()) == {"UHF", "S", "X", "Ka"}
    assert {"queqiao-1-x", "queqiao-2-ka", "lro-ka", "dsn-34-x", "rover-uhf"} <= set(RADIOS)
    for radio in RADIOS.values():
        told = ("read", "recall", "assumption", "as queqiao")
        assert any(word in radio.source for word in told), radio.name
        assert radio.confidence != "high" or "read" in radio.source
    with pytest.raises(InputError, match=r'"queqiao-2-kax".*queqiao-2-ka'):
        radio_named("queqiao-2-kax", RADIOS)
    assert radio_named("lro-ka", RADIOS) is RADIOS["lro-ka"]


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_radios(path)
    return [str(problem).removeprefix(f"{path}: ") for problem in caught.value.problems]


def test_conflicts_in_a_row_are_told(tmp_path: Path) -> None:
    path = tmp_path / "radios.csv"
    path.write_text(
        f"{HEADING}\n"
        "both,T,,X,8.4e9,,5,0,1,0.5,30,0,0,,uncoded,50 100,,0,me,low\n"
        "band,T,,Ka,8.4e9,,,0,1,,,0,0,50,unkoded,100,,0,me,low\n"
        "free,T,,X,8.4e9,,5,0,1,0.5,,0,0,,dvb-s2,100,1e6,0,me,low\n"
        "deaf,T,,X,,,,0,1,0.5,,0,0,,,,,0,me,low\n"
        "mute,T,,X,8.4e9,,5,0,1,0.5,,0,0,,uncoded,,,0,me,low\n"
    )
    told = problems(path)
    assert told[0].startswith('radio "both", gain_dbi = 30: give either antenna_m')
    assert [line.split(":")[0].split(" = ")[0] for line in told[1:]] == [
        'radio "band", efficiency',
        'radio "band", power_w',
        'radio "band", noise_k',
        'radio "band", transmit_hz',
        'radio "band", code',
        'radio "free", symbol_rate_hz',
        'radio "deaf", transmit_hz',
        'radio "mute", rates_bit_per_s',
    ]


def test_every_wrong_cell_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "radios.csv"
    wrong = ROW.replace("50 100", "100 50").replace(",low", ",sure").replace(",Mine,", ",,")
    path.write_text(f"{HEADING}\n{ROW}\n{wrong}\nshort,Short,1\n")
    assert problems(path) == [
        'row 3, title = "": must not be empty',
        'row 3, rates_bit_per_s = "100 50": must rise',
        'row 3, confidence = "sure": must be one of high, medium, low, assumption',
        'row 3, name = "mine": stands there twice; keep one',
        "row 4 = 3 values: must have 20 values; a text with a comma goes in quotes",
    ]
    path.write_text(f"{HEADING}\n{ROW.replace('50 100', '50 x')}\n")
    assert problems(path) == [
        'row 2, rates_bit_per_s = "50 x": must be numbers from 1 to 1e+11 with spaces between'
    ]
    path.write_text("name,title\n")
    assert problems(path)[0].startswith("row 1 = name,title: the columns must be name, title")
    with pytest.raises(InputError, match="cannot be read"):
        load_radios(tmp_path / "none.csv")
    terminals = Path(__file__).parents[2] / "src/moonstead/comms/optical_terminals.csv"
    path.write_text(terminals.read_text().replace("1.55e-6", "1550"))
    with pytest.raises(InputError, match=r"must be a number from 4e-07 to 1e-05"):
        load_optical_terminals(path)


def test_a_table_of_ones_own_is_read_afresh(tmp_path: Path) -> None:
    path = tmp_path / "radios.csv"
    path.write_text(f"{HEADING}\n{ROW}\n")
    assert load_radios(path)["mine"].power_w == 5.0
    path.write_text(f"{HEADING}\n{ROW.replace(',5,', ',6,')}\n")
    assert load_radios(path)["mine"].power_w == 6.0


CELLS = st.one_of(
    st.sampled_from(
        ["", "nan", "inf", "-1", "1e400", "X", "Ka", "dvb-s2", "8.4e9", '"', "1 2", "0"]
    ),
    st.text(max_size=5),
)


@given(row=st.lists(CELLS, min_size=18, max_size=21))
def test_no_row_breaks_the_reader(row: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.csv"
    text = ",".join([*row[:20]])
    path.write_text(f"{HEADING}\n{text}\n", encoding="utf-8", errors="replace")
    try:
        radios = load_radios(path)
    except InputError:
        return
    assert len(radios) <= 1
