"""Planning problems in files: the same problem back, and what is wrong told in its place."""

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moonstead.autonomy.planning.problem import Precedence, Problem
from moonstead.autonomy.planning.samples import sample
from moonstead.errors import InputError
from moonstead.interop.plan_problem import read_problem, write_problem


def same(one: object, other: object) -> bool:
    """Say whether two values are the same to the last bit, arrays and all."""
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        names = [field.name for field in fields(one)]
        return type(one) is type(other) and all(
            same(getattr(one, name), getattr(other, name)) for name in names
        )
    return type(one) is type(other) and one == other


@pytest.fixture(scope="module")
def problem() -> Problem:
    made = sample(3, 25, "winter", 1)
    rules = (
        *made.precedences,
        Precedence(before=0, after=1, lag_min=-2, lag_max=7),
        Precedence(before=2, after=3, lag_min=1),
    )
    tasks = (replace(made.tasks[0], planned=(0, 5), name='odd ],"name": {'), *made.tasks[1:])
    power_cap_w = made.supply.power_cap_w.copy()
    power_cap_w[3:9], power_cap_w[20] = np.inf, 1.0 / 3.0
    supply = replace(made.supply, power_cap_w=power_cap_w, floor_loss_j=np.array([12.5]))
    supply.net_w[4:6] = -0.0, 0.0
    return replace(made, tasks=tasks, precedences=rules, moving_cost=2.5, supply=supply)


@pytest.fixture
def plain(problem: Problem, tmp_path: Path) -> dict[str, Any]:
    write_problem(tmp_path / "problem.json", problem)
    read: dict[str, Any] = json.loads((tmp_path / "problem.json").read_text())
    return read


def test_round_trip_to_the_last_bit(problem: Problem, tmp_path: Path) -> None:
    write_problem(tmp_path / "one.json", problem)
    again = read_problem(tmp_path / "one.json")
    assert same(again, problem)
    write_problem(tmp_path / "two.json", again)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert not same(again, replace(problem, moving_cost=2.0))


def test_a_large_instance_is_a_small_file(tmp_path: Path) -> None:
    made = sample(14, 200, "mid", 1)
    write_problem(tmp_path / "one.json", made)
    assert (tmp_path / "one.json").stat().st_size < 500_000
    assert same(read_problem(tmp_path / "one.json"), made)


def test_series_say_each_run_once(plain: dict[str, Any], problem: Problem) -> None:
    assert plain["heat_cap_w"][0][0] > 1
    assert [6, None] in plain["power_cap_w"]
    ones = [item[0] if isinstance(item, list) else 1 for item in plain["net_w"]]
    assert sum(ones) == plain["n_slots"] == problem.n_slots


def refused(plain: dict[str, Any], tmp_path: Path) -> str:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(plain))
    with pytest.raises(InputError) as caught:
        read_problem(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("version",), 2, "version = 2"),
        (("slot_s",), 0, "slot_s = 0"),
        (("slot_s",), "1800", "slot_s = '1800'"),
        (("slots",), 3, "slots = 3: is not known here"),
        (("n_slots",), 7, "net_w = 144 slots: must be as long as n_slots, 7"),
        (("net_w", 0), "x", "net_w[0]"),
        (("stores", 0, "charge_efficiency"), 1.5, "stores[0].charge_efficiency = 1.5"),
        (("units", 0, "taken"), [[9, 500]], "units[0].taken[0] = [9, 500]: must lie in"),
        (("partners", 0, "slopes"), [1.0], "partners[0].slopes = 1: must be one more than knees"),
        (("partners", 0, "knees"), [9.0, 1.0], "partners[0]: knees must rise and slopes fall"),
        (("tasks", 1, "partner"), 9, "tasks[1].partner = 9: there are 5 partners"),
        (("tasks", 1, "campaign"), 99, "tasks[1].campaign = 99: there are 24 campaigns"),
        (("tasks", 1, "options"), [], "tasks[1].options = []: must be at least one"),
        (("tasks", 1, "planned"), [7, 3], "tasks[1].planned[0] = 7: there are"),
        (("tasks", 0, "options", 0, "heat_w"), [1.0], "tasks[0].options[0].heat_w = 1 slots"),
        (("tasks", 0, "options", 0, "recorder"), 4, "recorder = 4: there are 1 recorders"),
        (("tasks", 0, "options", 0, "holds", 0, "unit"), 40, "holds[0].unit = 40: there are 9"),
        (("tasks", 0, "options", 0, "holds", 0, "end"), 0, "holds[0].end = 0: must be after"),
        (("tasks", 0, "options", 0, "worth"), [[5, 9, 1], [7, 8, 1]], "worth[1] = [7, 8]: must"),
        (("tasks", 0, "options", 0, "worth"), [[5, 144, 1]], "the last start is slot"),
        (("precedences", 0, "after"), 25, "after = 25: there are 25 tasks, counted from 0"),
    ],
)
def test_what_is_wrong_is_told_in_its_place(
    plain: dict[str, Any], tmp_path: Path, place: tuple[Any, ...], value: object, told: str
) -> None:
    at: Any = plain
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    assert told in refused(plain, tmp_path)


def test_what_is_missing_is_told(plain: dict[str, Any], tmp_path: Path) -> None:
    del plain["tasks"][2]["partner"]
    assert refused(plain, tmp_path).startswith("tasks[2].partner: must be given")


def test_files_that_are_no_problem_at_all(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    for content in (b"", b"[]", b"{", b"\xff\xfe", b'{"net_w": NaN}', b"[" * 10_000):
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_problem(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_problem(tmp_path / "none.json")
