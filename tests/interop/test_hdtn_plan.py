import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_cases import EPOCH, EPOCH_T_S, NAMES, NUMBERS, whole_plans, written

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.errors import InputError
from moonstead.interop.hdtn import read_hdtn, write_hdtn

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
CONTACT = {
    "contact": 0,
    "source": 3,
    "dest": 7,
    "startTime": 0,
    "endTime": 10,
    "rateBitsPerSec": 1000,
    "owlt": 1,
}


@SAME_FOLDER
@given(whole_plans())
def test_a_plan_in_whole_numbers_comes_back_exactly(tmp_path: Path, plan: ContactPlan) -> None:
    path = tmp_path / "plan.json"
    write_hdtn(path, plan, EPOCH, NUMBERS)
    assert read_hdtn(path, EPOCH, NAMES) == plan
    for contact in json.loads(path.read_text())["contacts"]:
        assert list(contact)[:7] == list(CONTACT)  # the fields that HDTN reads, all whole
        assert all(type(contact[name]) is int for name in CONTACT)


def test_rounding_is_safe(tmp_path: Path) -> None:
    row = ("a", "b", EPOCH_T_S + 0.4, EPOCH_T_S + 9.6, 1000.7, 1.28, 1.0)
    path = tmp_path / "a"
    write_hdtn(path, plan_of_rows(["a", "b"], [row]), EPOCH)
    (contact,) = json.loads(path.read_text())["contacts"]
    assert list(contact.values()) == [0, 1, 2, 1, 9, 1000, 2]


def test_older_files_are_read(tmp_path: Path) -> None:
    old = {**CONTACT, "rate": 2, "finalDestination": 9}
    del old["rateBitsPerSec"], old["contact"]
    plan = read_hdtn(written(tmp_path / "a", json.dumps({"contacts": [old]})), EPOCH)
    assert plan.rate_bit_per_s.tolist() == [2e6]
    assert plan.nodes == ("3", "7")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "line 1: is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "contacts: write a list of contacts"),
        ({"contacts": [1]}, "contacts[0] = 1: write an object"),
        ({"contacts": [{**CONTACT, "endTime": "10"}]}, "contacts[0].endTime = 10: write a finite"),
        ({"contacts": [{**CONTACT, "owlt": True}]}, "owlt = a number: write a finite number"),
        ({"contacts": [{**CONTACT, "source": 0}]}, "source = a number: write a whole number"),
        ({"contacts": [{**CONTACT, "speed": 1}]}, "contacts[0].speed = a number: use source"),
        ({"contacts": [{**CONTACT, "dest": 3}]}, "name two different nodes"),
        ({"contacts": [{**CONTACT, "endTime": 0}]}, "let the contact end after it begins"),
        ({"contacts": [CONTACT, CONTACT]}, "contacts[1]: start_t_s"),
        ({"contacts": [{"source": 1}]}, "contacts[0].dest: is missing"),
        ({"contacts": [{**CONTACT, "startTime": 10**400}]}, "startTime = a number: write a finite"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, content: object, told: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(InputError) as caught:
        read_hdtn(written(tmp_path / "bad.json", text), EPOCH)
    assert "bad.json" in str(caught.value)
    assert told in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@SAME_FOLDER
@given(st.dictionaries(st.sampled_from([*CONTACT, "rate", "confidence", "x"]), VALUES))
def test_no_contact_raises_anything_else(tmp_path: Path, changed: dict[str, object]) -> None:
    text = json.dumps({"contacts": [{**CONTACT, **changed}, CONTACT]})
    with suppress(InputError):
        read_hdtn(written(tmp_path / "a", text), EPOCH)


@SAME_FOLDER
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_no_bytes_raise_anything_else(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        read_hdtn(written(tmp_path / "a", content), EPOCH)
