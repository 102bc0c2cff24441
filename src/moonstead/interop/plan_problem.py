"""Planning problems as JSON files that any planner can read: docs/planning.md tells the fields.

Slots that have the same number are written once with their count, so that a file of five hundred
tasks is about a megabyte. Numbers are written to their last digit: reading gives the same problem.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from moonstead.autonomy.planning.problem import (
    Campaign,
    Hold,
    Option,
    Partner,
    Precedence,
    Problem,
    Supply,
    Take,
    Task,
)
from moonstead.contracts import FloatArray
from moonstead.errors import InputError
from moonstead.errors import Problem as Mistake
from moonstead.interop.plan_problem_form import (
    FORMAT,
    VERSION,
    OptionForm,
    ProblemForm,
    StoreForm,
    TaskForm,
)

_MOST_TOLD = 20
"""Mistakes; a file that has more is wrong as a whole."""


def write_problem(path: Path, problem: Problem) -> None:
    """Write a planning problem; `read_problem` gives the same problem back.

    Parameters
    ----------
    path
        The file.
    problem
        What is to be planned.
    """
    lines = [f"{_json(key)}:{_lines(value)}" for key, value in _plain(problem).items()]
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8", newline="\n")


def _lines(value: Any) -> str:
    """Return JSON with a line for each task and the like: files can be looked at and compared."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(_json(each) for each in value) + "]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def read_problem(path: Path) -> Problem:
    """Read a planning problem.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        With the place in the file, the value and the remedy for all that is wrong.
    """
    file = str(path)
    try:
        form = ProblemForm.model_validate_json(path.read_bytes())
    except OSError as error:
        remedy = f"cannot be read: {error.strerror}"
        raise InputError(Mistake(file, "", "", remedy)) from None
    except ValidationError as error:
        told = (_mistake(file, dict(each)) for each in error.errors()[:_MOST_TOLD])
        raise InputError(told) from None
    mistakes = [Mistake(file, place, value, remedy) for place, value, remedy in _wrong(form)]
    if mistakes:
        raise InputError(mistakes[:_MOST_TOLD])
    return _problem(form)


def _plain(problem: Problem) -> dict[str, Any]:
    supply = problem.supply
    no_floor_loss: list[float | None] = [None] * len(supply.store_j)
    floor_losses = no_floor_loss if supply.floor_loss_j is None else supply.floor_loss_j.tolist()
    names = tuple(StoreForm.model_fields)[:6]
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": problem.name,
        "start_t_s": problem.start_t_s,
        "slot_s": problem.slot_s,
        "n_slots": problem.n_slots,
        "moving_cost": problem.moving_cost,
        "net_w": _packed(supply.net_w),
        "power_cap_w": _packed(supply.power_cap_w),
        "heat_cap_w": _packed(supply.heat_cap_w),
        "required_j": _packed(supply.required_j),
        "stores": [
            dict(zip(names, limits, strict=True)) | {"floor_loss_j": loss_j, "start_j": start_j}
            for limits, loss_j, start_j in zip(
                supply.store_limits.tolist(), floor_losses, supply.store_j.tolist(), strict=True
            )
        ],
        "recorders": [
            {
                "name": name,
                "start_bit": float(supply.recorder_bit[k]),
                "limit_bit": float(supply.recorder_limit_bit[k]),
                "end_bit": float(supply.recorder_end_bit[k]),
                "drain_bit_per_s": _packed(supply.drain_bit_per_s[k]),
            }
            for k, name in enumerate(problem.recorders)
        ],
        "pools": [
            {"name": name, "amount": _packed(amount)}
            for name, amount in zip(problem.pools, supply.pools, strict=True)
        ],
        "units": [
            {"name": name, "taken": [[first, end] for first, end, _ in _runs(row) if row[first]]}
            for name, row in zip(problem.units, supply.taken, strict=True)
        ],
        "partners": [
            {"name": p.name, "counted": p.counted, "knees": p.knees, "slopes": p.slopes}
            for p in problem.partners
        ],
        "campaigns": [{"name": c.name, "rewards": c.rewards} for c in problem.campaigns],
        "tasks": [_plain_task(task) for task in problem.tasks],
        "precedences": [
            {"before": c.before, "after": c.after, "lag_min": c.lag_min, "lag_max": c.lag_max}
            for c in problem.precedences
        ],
    }


def _plain_task(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "request": task.request,
        "partner": task.partner,
        "campaign": task.campaign if task.campaign >= 0 else None,
        "planned": task.planned,
        "options": [
            {
                "name": option.name,
                "power_w": _packed(option.power_w),
                "heat_w": _packed(option.heat_w),
                "rate_bit_per_s": _packed(option.rate_bit_per_s),
                "recorder": option.recorder,
                "holds": [{"unit": h.unit, "first": h.first, "end": h.end} for h in option.holds],
                "takes": [{"pool": t.pool, "amount": _packed(t.amount)} for t in option.takes],
                "worth": [
                    [first, end, value]
                    for first, end, value in _runs(option.worth)
                    if not np.isnan(value)
                ],
            }
            for option in task.options
        ],
    }


def _runs(values: Sequence[Any] | FloatArray) -> Iterator[tuple[int, int, float]]:
    """Return where equal values begin and end; 0.0 and -0.0 are not equal here."""
    first = 0
    for _, same in groupby((float(value) for value in values), key=repr):
        run = list(same)
        yield first, first + len(run), run[0]
        first += len(run)


def _packed(values: FloatArray) -> list[Any]:
    packed: list[Any] = []
    for first, end, value in _runs(values):
        written = value if np.isfinite(value) else None
        packed.append(written if end - first == 1 else [end - first, written])
    return packed


def _unpacked(packed: Iterable[Any]) -> FloatArray:
    values: list[float] = []
    for item in packed:
        count, value = item if isinstance(item, tuple) else (1, item)
        values += [np.inf if value is None else value] * count
    return np.array(values, np.float64)


def _length(packed: Iterable[Any]) -> int:
    return sum(item[0] if isinstance(item, tuple) else 1 for item in packed)


def _mistake(file: str, error: dict[str, Any]) -> Mistake:
    place = ""
    for key in error["loc"]:
        # What pydantic adds for the kinds of a series is no part of the file.
        if isinstance(key, int):
            place += f"[{key}]"
        elif key.isidentifier() and key not in {"float", "int", "none"}:
            place += f".{key}" if place else key
    if error["type"] == "json_invalid":
        return Mistake(file, "", "", f"is no JSON: {error['ctx']['error']}")
    value = "" if error["type"] == "missing" else repr(error["input"])
    remedy = {"missing": "must be given", "extra_forbidden": "is not known here"}
    shown = value if len(value) <= 60 else value[:57] + "..."
    return Mistake(file, place, shown, remedy.get(error["type"], error["msg"]))


def _wrong(form: ProblemForm) -> Iterator[tuple[str, str, str]]:
    """Return place, value and remedy for all that does not go together."""
    n_slots = form.n_slots
    series = [
        *((name, getattr(form, name)) for name in ("net_w", "power_cap_w", "heat_cap_w")),
        ("required_j", form.required_j),
        *((f"recorders[{k}].drain_bit_per_s", r.drain_bit_per_s) for k, r in _each(form.recorders)),
        *((f"pools[{k}].amount", pool.amount) for k, pool in _each(form.pools)),
    ]
    for place, packed in series:
        if _length(packed) != n_slots:
            yield place, f"{_length(packed)} slots", f"must be as long as n_slots, {n_slots}"
    for k, unit in _each(form.units):
        for j, (first, end) in _each(unit.taken):
            if not first < end <= n_slots:
                yield f"units[{k}].taken[{j}]", f"[{first}, {end}]", "must lie in the horizon"
    for k, partner in _each(form.partners):
        if len(partner.slopes) != len(partner.knees) + 1:
            yield f"partners[{k}].slopes", str(len(partner.slopes)), "must be one more than knees"
        falling = sorted(partner.slopes, reverse=True)
        if list(partner.knees) != sorted(partner.knees) or list(partner.slopes) != falling:
            yield f"partners[{k}]", "", "knees must rise and slopes fall"
    for k, task in _each(form.tasks):
        yield from _wrong_task(form, f"tasks[{k}]", task)
    for k, rule in _each(form.precedences):
        for name, task in (("before", rule.before), ("after", rule.after)):
            yield from _out_of(f"precedences[{k}].{name}", task, len(form.tasks), "tasks")
        if rule.lag_max is not None and rule.lag_max < rule.lag_min:
            yield f"precedences[{k}].lag_max", str(rule.lag_max), "must not be below lag_min"


def _wrong_task(form: ProblemForm, place: str, task: TaskForm) -> Iterator[tuple[str, str, str]]:
    yield from _out_of(f"{place}.partner", task.partner, len(form.partners), "partners")
    if task.campaign is not None:
        yield from _out_of(f"{place}.campaign", task.campaign, len(form.campaigns), "campaigns")
    if len(task.options) == 0:
        yield f"{place}.options", "[]", "must be at least one"
    for k, option in _each(task.options):
        yield from _wrong_option(form, f"{place}.options[{k}]", option)
    if task.planned is not None:
        option, slot = task.planned
        yield from _out_of(f"{place}.planned[0]", option, len(task.options), "options")
        yield from _out_of(f"{place}.planned[1]", slot, form.n_slots, "slots")


def _wrong_option(
    form: ProblemForm, place: str, option: OptionForm
) -> Iterator[tuple[str, str, str]]:
    n_taken = _length(option.power_w)
    profiles = [("heat_w", option.heat_w), ("rate_bit_per_s", option.rate_bit_per_s)]
    profiles += [(f"takes[{k}].amount", take.amount) for k, take in _each(option.takes)]
    if not 1 <= n_taken <= form.n_slots:
        yield f"{place}.power_w", f"{n_taken} slots", f"must be 1 to n_slots, {form.n_slots}"
    for name, packed in profiles:
        if _length(packed) != n_taken:
            length = f"{_length(packed)} slots"
            yield f"{place}.{name}", length, f"must be as long as power_w, {n_taken}"
    rates = (item[1] if isinstance(item, tuple) else item for item in option.rate_bit_per_s)
    if any(rates) or option.recorder > 0:
        yield from _out_of(f"{place}.recorder", option.recorder, len(form.recorders), "recorders")
    for k, take in _each(option.takes):
        yield from _out_of(f"{place}.takes[{k}].pool", take.pool, len(form.pools), "pools")
    for k, hold in _each(option.holds):
        yield from _out_of(f"{place}.holds[{k}].unit", hold.unit, len(form.units), "units")
        if hold.end <= hold.first:
            yield f"{place}.holds[{k}].end", str(hold.end), "must be after first"
    before = 0
    for k, (first, end, _) in _each(option.worth):
        if not before <= first < end:
            yield f"{place}.worth[{k}]", f"[{first}, {end}]", "must rise, and not overlap"
        if end - 1 + n_taken > form.n_slots:
            latest = form.n_slots - n_taken
            yield f"{place}.worth[{k}]", f"[{first}, {end}]", f"the last start is slot {latest}"
        before = end


def _out_of(place: str, value: int, count: int, what: str) -> Iterator[tuple[str, str, str]]:
    if value >= count:
        yield place, str(value), f"there are {count} {what}, counted from 0"


def _each(values: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    return enumerate(values)


def _problem(form: ProblemForm) -> Problem:
    return Problem(
        name=form.name,
        start_t_s=form.start_t_s,
        slot_s=form.slot_s,
        tasks=tuple(_task(task, form.n_slots) for task in form.tasks),
        precedences=tuple(Precedence(**dict(rule)) for rule in form.precedences),
        partners=tuple(Partner(**dict(partner)) for partner in form.partners),
        campaigns=tuple(Campaign(**dict(campaign)) for campaign in form.campaigns),
        supply=_supply(form),
        units=tuple(unit.name for unit in form.units),
        pools=tuple(pool.name for pool in form.pools),
        recorders=tuple(recorder.name for recorder in form.recorders),
        moving_cost=form.moving_cost,
    )


def _supply(form: ProblemForm) -> Supply:
    n_slots = form.n_slots
    names = tuple(StoreForm.model_fields)[:6]
    limits = [[getattr(store, name) for name in names] for store in form.stores]
    losses_j = [store.floor_loss_j for store in form.stores]
    taken = np.zeros((len(form.units), n_slots), dtype=np.bool_)
    for row, unit in zip(taken, form.units, strict=True):
        for first, end in unit.taken:
            row[first:end] = True
    return Supply(
        net_w=_unpacked(form.net_w),
        power_cap_w=_unpacked(form.power_cap_w),
        heat_cap_w=_unpacked(form.heat_cap_w),
        store_limits=np.array(limits, np.float64).reshape(len(limits), len(names)),
        store_j=np.array([store.start_j for store in form.stores], np.float64),
        floor_loss_j=(
            None
            if all(loss_j is None for loss_j in losses_j)
            else np.array([loss_j or 0.0 for loss_j in losses_j])
        ),
        required_j=_unpacked(form.required_j),
        drain_bit_per_s=_rows([r.drain_bit_per_s for r in form.recorders], n_slots),
        recorder_bit=np.array([r.start_bit for r in form.recorders], np.float64),
        recorder_limit_bit=np.array([r.limit_bit for r in form.recorders], np.float64),
        recorder_end_bit=np.array([r.end_bit for r in form.recorders], np.float64),
        pools=_rows([pool.amount for pool in form.pools], n_slots),
        taken=taken,
    )


def _rows(packed: list[Any], n_slots: int) -> FloatArray:
    rows = [_unpacked(each) for each in packed]
    return np.array(rows, np.float64).reshape(len(rows), n_slots)


def _task(form: TaskForm, n_slots: int) -> Task:
    return Task(
        name=form.name,
        request=form.request,
        partner=form.partner,
        campaign=-1 if form.campaign is None else form.campaign,
        options=tuple(_option(option, n_slots) for option in form.options),
        planned=form.planned,
    )


def _option(form: OptionForm, n_slots: int) -> Option:
    worth = np.full(n_slots, np.nan)
    for first, end, value in form.worth:
        worth[first:end] = value
    return Option(
        name=form.name,
        power_w=_unpacked(form.power_w),
        heat_w=_unpacked(form.heat_w),
        rate_bit_per_s=_unpacked(form.rate_bit_per_s),
        recorder=form.recorder,
        holds=tuple(Hold(**dict(hold)) for hold in form.holds),
        takes=tuple(Take(pool=take.pool, amount=_unpacked(take.amount)) for take in form.takes),
        worth=worth,
    )
