"""Reading documents: every mistake at once, in the words of the file, and never a traceback."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, field_validator, model_validator

from moonstead.errors import InputError
from moonstead.scenario.reading import check_document, read_document
from moonstead.spec import Fraction, Mistake, Name, Positive, RefersTo, Spec, UtcTime, refused


class Battery(Spec):
    """A store."""

    type: Literal["battery"]
    name: Name
    owner: Annotated[Name, RefersTo("partner")]
    capacity_j: Positive
    """Energy when new, all cells. Measured at 20 degC."""
    band_k: float = 2.0
    efficiency: Fraction = 0.9
    profile_deg: tuple[float, ...] = ()
    chemistry: Literal["lfp", "nmc"] = "lfp"


class Radio(Spec):
    """A radio."""

    type: Literal["radio", "beacon"]
    name: Name
    rate_bit_per_s: float | None = None
    on: bool = False
    channels: int = 1


class Partner(Spec):
    """A partner."""

    name: Name
    share_fraction: Fraction


class Site(Spec):
    """A place."""

    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    corner_m: tuple[float, float] | None = None
    label: str | int = ""

    @field_validator("label")
    @classmethod
    def _polite(cls, label: str | int) -> str | int:
        if label == "rude":
            raise ValueError("must be polite")
        return label


class Station(Spec):
    """Everything."""

    format: Literal[1] = 1
    title: str
    start: UtcTime
    site: Site
    elements: tuple[Annotated[Battery | Radio, Field(discriminator="type")], ...] = Field(
        alias="element", min_length=2
    )
    partners: tuple[Partner, ...] = Field(alias="partner", default=())
    extra: dict[str, Radio] = Field(default={})
    horizon: Annotated[Name, RefersTo("profile")] | None = None

    @model_validator(mode="after")
    def _has_a_battery(self) -> "Station":
        if self.title == "no radio":
            mistakes = [
                Mistake(("element", 1, "channels"), "radios are not allowed here"),
                Mistake((), "no radios"),
            ]
            raise refused("Station", mistakes)
        return self


GOOD = """\
title = "x"
start = 2035-01-01
[site]
latitude_deg = "-89.4 deg"
[[partner]]
name = "cnsa"
share_fraction = "50 %"
[[element]]
type = "battery"
name = "b-1"
owner = "cnsa"
capacity_j = "150 kWh"
band_k = "2 degC"
profile_deg = [1, "30 arcmin"]
[[element]]
type = "beacon"
name = "r-1"
rate_bit_per_s = "2 Mbit/s"
"""


def check(text: str) -> Station:
    return check_document(text, "s.toml", Station)


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        check(text)
    return [str(problem).removeprefix("s.toml: ") for problem in caught.value.problems]


def changed(old: str, new: str) -> list[str]:
    assert old in GOOD
    return problems(GOOD.replace(old, new, 1))


def test_a_good_document() -> None:
    station = check(GOOD)
    battery, radio = station.elements
    assert station.start == datetime(2035, 1, 1, tzinfo=UTC)
    assert isinstance(battery, Battery)
    assert battery.capacity_j == pytest.approx(5.4e8)
    assert battery.band_k == 2.0
    assert battery.profile_deg == (1.0, pytest.approx(0.5))
    assert isinstance(radio, Radio)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title", "titel", 'titel = "x": unknown key; did you mean "title"?'),
        (
            "capacity_j",
            "capacity_kwh",
            'element "b-1".capacity_kwh = "150 kWh": unknown key; did you mean "capacity_j"?',
        ),
        ('title = "x"\n', "", 'title: missing; write title = "..."'),
        (
            'capacity_j = "150 kWh"\n',
            "",
            (
                'element "b-1".capacity_j: missing; write capacity_j = "150 kWh" '
                "(Energy when new, all cells)"
            ),
        ),
        ('"150 kWh"', "-5", 'element "b-1".capacity_j = -5: must be more than 0 J'),
        ('"150 kWh"', '"-5 kWh"', 'element "b-1".capacity_j = "-5 kWh": must be more than 0 J'),
        (
            '"150 kWh"',
            '"150 kw"',
            'element "b-1".capacity_j = "150 kw": no unit is called "kw"; did you mean "kWh"?',
        ),
        (
            '"150 kWh"',
            '"150 kW"',
            (
                'element "b-1".capacity_j = "150 kW": "kW" is not a unit of an energy; '
                'write a number or a text such as "150 kWh"'
            ),
        ),
        (
            '"150 kWh"',
            "true",
            'element "b-1".capacity_j = true: must be an energy: a number in J or "150 kWh"',
        ),
        ('"150 kWh"', "nan", 'element "b-1".capacity_j = nan: must be a finite number'),
        (
            '"50 %"',
            "50",
            (
                'partner "cnsa".share_fraction = 50: must be at most 1; '
                'a percentage is written in quotes: "95 %"'
            ),
        ),
        ('"-89.4 deg"', "-95", "site.latitude_deg = -95: must be at least -90 deg"),
        (
            '"30 arcmin"',
            '"30 arcminn"',
            (
                'element "b-1".profile_deg #2 = "30 arcminn": no unit is called "arcminn"; '
                'did you mean "arcmin"?'
            ),
        ),
        (
            'owner = "cnsa"',
            'owner = "cnas"',
            (
                'element "b-1".owner = "cnas": no partner has this name; did you mean "cnsa"? '
                "known: cnsa"
            ),
        ),
        (
            '"battery"',
            '"batery"',
            (
                'element "b-1".type = "batery": no element is of this type; did you mean '
                '"battery"? known: battery, beacon, radio'
            ),
        ),
        (
            'type = "beacon"',
            "type = 5",
            'element "r-1".type = 5: no element is of this type; known: battery, beacon, radio',
        ),
        ('type = "beacon"\n', "", 'element "r-1".type: missing; known: battery, beacon, radio'),
        ("type", "typ", 'element "b-1".typ = "battery": unknown key; did you mean "type"?'),
        (
            'owner = "cnsa"',
            'owner = "cnsa"\nchemistry = "lpf"',
            (
                'element "b-1".chemistry = "lpf": not one of the choices; did you mean "lfp"? '
                "known: lfp, nmc"
            ),
        ),
        (
            'owner = "cnsa"',
            'owner = "cnsa"\nchemistry = 5',
            'element "b-1".chemistry = 5: must be one of "lfp", "nmc"',
        ),
        (
            "2035-01-01",
            '"soon"',
            'start = "soon": must be a date and time in UTC, such as 2035-01-01T00:00:00Z',
        ),
        (
            "2035-01-01",
            "12:00:00",
            "start = 12:00:00: must be a date and time in UTC, such as 2035-01-01T00:00:00Z",
        ),
        ("title", "format = 2\ntitle", "format = 2: must be 1"),
        ('"x"', "5", "title = 5: must be a text in quotes"),
        (
            '"b-1"',
            '"B 1"',
            (
                'element "B 1".name = "B 1": must be made of lower-case letters, digits and single '
                "hyphens, such as relay-1"
            ),
        ),
        ('name = "r-1"', "name = 1", "element #2.name = 1: must be a text in quotes"),
        ('name = "r-1"', 'name = "b-1"', None),
        ("[site]", "[[site]]", "site: must be a table, written once: [site]"),
        ("[site]", "[site]\ncorner_m = [1]", "site.corner_m #2: the list is too short"),
        ("[site]", "[site]\ncorner_m = [1, 2, 3]", None),
        ("[site]", '[site]\nlabel = "rude"', 'site.label = "rude": must be polite'),
        (
            "[site]",
            "[site]\nlabel = 1.5",
            "site.label = 1.5: must be a text in quotes or a whole number",
        ),
        (
            '"2 Mbit/s"',
            '"2 Mbit/s"\non = 1',
            'element "r-1".on = 1: must be true or false',
        ),
        (
            '"2 Mbit/s"',
            '"2 Mbit/s"\nchannels = 1.5',
            'element "r-1".channels = 1.5: must be a whole number',
        ),
        ("[site]", "extra = 3\n[site]", "extra = 3: must be a table, written once: [extra]"),
        (
            "[site]",
            'horizon = "ridge"\n[site]',
            'horizon = "ridge": no profile has this name; none is known here',
        ),
        (
            "[site]",
            '"a b\\u001b" = 3\n[site]',
            (
                '"a b\\u001b" = 3: unknown key; known here: element, extra, format, horizon, '
                "partner, site, start, title"
            ),
        ),
    ],
)
def test_one_mistake_gives_one_line(old: str, new: str, said: str | None) -> None:
    found = changed(old, new)
    assert len(found) == 1
    assert "nput" not in found[0]
    if said is not None:
        assert found == [said]


def test_one_element_table_instead_of_a_list() -> None:
    text = GOOD.split("[[element]]", maxsplit=1)[0] + '[element]\nname = "b-1"\n'
    assert problems(text) == ["element: must be a list of tables, each begun with [[element]]"]


def test_a_models_own_checks_are_told_in_their_places() -> None:
    assert changed('"x"', '"no radio"') == [
        "no radios",
        'element "r-1".channels: radios are not allowed here',
    ]


def test_too_few_items() -> None:
    text = GOOD.rpartition("[[element]]")[0]
    assert problems(text) == ["element: must have a length of at least 2"]


def test_a_name_given_twice() -> None:
    assert changed('"r-1"', '"b-1"') == [
        'element #2.name = "b-1": another element has this name already'
    ]


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    found = problems(
        """
        titel = "x"
        start = "soon"
        colour = 3
        [site]
        latitude_deg = -95
        [[parner]]
        name = "cnsa"
        share_fraction = 50
        [[element]]
        type = "batery"
        name = "b-1"
        owner = "cnas"
        capcity_j = "150 kW"
        foo = 1
        [[element]]
        typ = "beacon"
        channels = 0.5
        [extra.q]
        type = "radio"
        name = "B"
        """
    )
    assert [line.split(":")[0] for line in found] == [
        'titel = "x"',
        'start = "soon"',
        "colour = 3",
        "site.latitude_deg = -95",
        "parner",
        'parner "cnsa".share_fraction = 50',
        'element "b-1".type = "batery"',
        'element "b-1".owner = "cnas"',
        'element "b-1".capcity_j = "150 kW"',
        'element "b-1".capcity_j = "150 kW"',
        'element "b-1".foo = 1',
        'element #2.typ = "beacon"',
        "element #2.channels = 0.5",
        "element #2.name",
        'extra.q.name = "B"',
    ]


def test_names_from_outside_the_file_are_known() -> None:
    text = 'horizon = "ridge"\n' + GOOD
    station = check_document(text, "s.toml", Station, {"profile": ("ridge", "rim")})
    assert station.horizon == "ridge"
    with pytest.raises(InputError, match='did you mean "rim"'):
        check_document(text.replace("ridge", "rimm"), "s.toml", Station, {"profile": ("rim",)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a = 40 kW\n",
            'line 1, column 8 = "a = 40 kW": a value with a unit is written in quotes: "40 kW"',
        ),
        ("a = -5.5% # x\n", 'a value with a unit is written in quotes: "-5.5%"'),
        ("\nb = \n", 'line 2, column 5 = "b =": not valid TOML: invalid value'),
        ('a = "x', "not valid TOML: unterminated string"),
        ("a = 1\na = 2", "this key or table stands in the file twice; keep one"),
        ("[a]\n[a]\n", "this key or table stands in the file twice; keep one"),
        ("a = 2035-02-30", "not valid TOML: invalid date or datetime"),
        ("a = " + "9" * 5000, "is not valid TOML"),
        ("a = " + "[" * 5000, "is nested too deeply"),
        ("", "the file is empty"),
        (" \n", "the file is empty"),
    ],
)
def test_what_is_no_toml(text: str, said: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert said in found[0]


def test_a_table_nested_very_deeply_is_refused_in_words() -> None:
    deep = ".".join(["a"] * 3000)
    assert problems(f"{deep} = 1\n" + GOOD)


def test_a_number_too_long_to_show() -> None:
    assert changed('"150 kWh"', "1" + "0" * 400) == [
        (
            'element "b-1".capacity_j = a very long number: must be an energy: '
            'a number in J or "150 kWh"'
        )
    ]


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    station, text = read_document(path, Station)
    assert station == check(GOOD)
    assert text == GOOD.replace("\n", "\r\n")

    path.write_bytes(b'title = "\xff"')
    with pytest.raises(InputError, match=r"s\.toml: is not UTF-8 text \(byte 10\)"):
        read_document(path, Station)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="the file is empty"):
        read_document(path, Station)
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path, Station)
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "none.toml", Station)
    with pytest.raises(InputError, match="cannot be read"):
        read_document(path / "below", Station)
    with pytest.raises(InputError, match="cannot be read"):
        read_document(Path("a\0b"), Station)
    with path.open("wb") as file:
        file.truncate(30_000_000)
    with pytest.raises(InputError, match="too large"):
        read_document(path, Station)


@given(data=st.binary(max_size=200))
def test_random_bytes_give_an_input_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.toml"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_document(path, Station)


PIECES = [
    *('"x"', "5", "-1", "nan", "true", "[]", "[1, 2]", "{}", "{ a = 1 }", "1979-05-27", "07:32:00"),
    *('"5 %"', '"2 kW"', '"cnsa"', '"battery"', "[[1], [2]]", '[{ name = "x" }]', "1e400", "0x10"),
]
KEYS = [
    *("title", "start", "site", "element", "partner", "name", "type", "owner", "capacity_j"),
    *("latitude_deg", "Title", "typ", "extra", "label", "corner_m", "share_fraction", "q", '"a b"'),
]
LINES = st.one_of(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(PIECES)).map(" = ".join),
    st.sampled_from(KEYS).map("[{}]".format),
    st.sampled_from(KEYS).map("[[{}]]".format),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).map(lambda keys: f"[{'.'.join(keys)}]"),
)


@settings(max_examples=300)
@given(lines=st.lists(LINES, max_size=12))
def test_random_documents_give_an_object_or_an_input_error(lines: list[str]) -> None:
    document = "\n".join(lines)
    try:
        check(document)
    except InputError:
        said = problems(document)
        assert said
        assert not any("nput should" in line for line in said)


@settings(max_examples=200)
@given(data=st.data())
def test_a_good_document_with_one_line_spoilt(data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(LINES)
    test_random_documents_give_an_object_or_an_input_error.hypothesis.inner_test(lines)  # type: ignore[attr-defined]
