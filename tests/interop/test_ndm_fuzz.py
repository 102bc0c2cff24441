"""Whatever is done to a valid file, the readers answer with a message or with InputError."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oem_samples import OEM_KVN, OPM_KVN

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.errors import InputError
from moonstead.interop.oem import Oem, oem_text, parse_oem
from moonstead.interop.oem_trajectory import trajectory_of
from moonstead.interop.opm import parse_opm
from moonstead.interop.opm_write import opm_text

OEM_XML = oem_text(parse_oem(OEM_KVN.encode(), "o"), "xml")
OPM_XML = opm_text(parse_opm(OPM_KVN.encode(), "o"), "xml")
VALID = [text.encode() for text in (OEM_KVN, OEM_XML, OPM_KVN, OPM_XML)]
WORDS = [
    *(b"nan inf 1e999 -1e308 1_0 0x10 9999-365T23:59:59 0001-01-01T00:00:00 = == [] ] <".split()),
    *(b"META_START META_STOP COVARIANCE_START COVARIANCE_STOP COMMENT EPOCH".split()),
    *(b"CCSDS_OEM_VERS</X> <segment> </data> <!-- --> <![CDATA[ &amp; &x; &#0; \x00 \xff".split()),
]


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def read_both(data: bytes) -> Oem | None:
    oem = None
    with suppress(InputError):
        oem = parse_oem(data, "x")
    with suppress(InputError):
        parse_opm(data, "x")
    return oem


def cut(data: bytes, draw: st.DataObject) -> bytes:
    return data[: draw.draw(st.integers(0, len(data)))]


def put(data: bytes, draw: st.DataObject) -> bytes:
    for _ in range(draw.draw(st.integers(1, 4))):
        place = draw.draw(st.integers(0, len(data)))
        length = draw.draw(st.integers(0, 12))
        word = draw.draw(st.sampled_from(WORDS) | st.binary(max_size=6))
        data = data[:place] + word + data[place + length :]
    return data


def shuffle(data: bytes, draw: st.DataObject) -> bytes:
    lines = data.split(b"\n")
    for _ in range(draw.draw(st.integers(1, 4))):
        taken = lines.pop(draw.draw(st.integers(0, len(lines) - 1)))
        for _ in range(draw.draw(st.integers(0, 2))):
            lines.insert(draw.draw(st.integers(0, len(lines))), taken)
    return b"\n".join(lines)


def replace_token(data: bytes, draw: st.DataObject) -> bytes:
    tokens = data.split(b" ")
    tokens[draw.draw(st.integers(0, len(tokens) - 1))] = draw.draw(st.sampled_from(WORDS))
    return b" ".join(tokens)


@pytest.mark.parametrize("change", [cut, put, shuffle, replace_token])
@settings(max_examples=150)
@given(st.sampled_from(VALID), st.data())
def test_a_changed_file_never_breaks_a_reader(
    change: Callable[[bytes, st.DataObject], bytes],
    ephemeris: Ephemeris,
    data: bytes,
    draw: st.DataObject,
) -> None:
    oem = read_both(change(data, draw))
    if oem is not None:
        with suppress(InputError):
            trajectory_of(oem, ephemeris)
        with suppress(InputError):
            oem_text(oem, "xml")


@given(st.binary(max_size=300))
def test_any_bytes_never_break_a_reader(data: bytes) -> None:
    for start in (b"", b"CCSDS_OEM_VERS = 3.0\n", b"CCSDS_OPM_VERS = 2.0\n", b"<oem>"):
        read_both(start + data)
