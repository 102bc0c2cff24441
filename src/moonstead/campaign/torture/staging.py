"""From a base station and a scenario of the campaign to a scenario that can be run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from moonstead.campaign.torture.case import BEGINNING, Begin, Case, Limits, Setting, Variant
from moonstead.elements.catalogue import TaggedElement
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.kernels import Kernels
from moonstead.environment.light import eclipse_fraction, visible_fraction
from moonstead.environment.sites import load_profile
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, Problem
from moonstead.scenario.build import read_scenario
from moonstead.scenario.model import Scenario, Site
from moonstead.spec import Spec, suggest
from moonstead.units import HOUR_S

SEARCH_STEP_S = 0.5 * HOUR_S
DARK_FRACTION = 0.02
"""Less of the Sun than this is darkness."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A scenario that is ready to be run, with and without what goes wrong."""

    name: str
    """Id of the case, with that of its variant."""
    title: str
    case: Case
    limits: Limits
    file: Path
    """Of the case; mistakes in it are told with it."""
    run: Scenario
    reference: Scenario


def packaged(what: str) -> Path:
    """Return a file or folder of the campaign as it is packaged."""
    return Path(str(files("moonstead.campaign.torture").joinpath(what)))


def read_base(path: Path | None = None) -> Scenario:
    """Return the base station: the packaged one where no file is given.

    Raises
    ------
    InputError
        With all mistakes in it.
    """
    return read_scenario(packaged("station.toml") if path is None else path)[0]


def shortened(scenario: Scenario, days: float | None) -> Scenario:
    """Return a scenario that ends after so many days at the latest."""
    run = scenario.run
    if days is None or run.end - run.start <= timedelta(days=days):
        return scenario
    end = run.start + timedelta(days=days)
    return scenario.model_copy(update={"run": run.model_copy(update={"end": end})})


def staged(case: Case, file: Path, base: Scenario, days: float | None = None) -> tuple[Staged, ...]:
    """Return a case and its variants, ready for any seed.

    Parameters
    ----------
    case, file
        As read.
    base
        The station that it adds to.
    days
        The longest window, where not that of the case.

    Raises
    ------
    InputError
        It does not fit the station or the window; all mistakes together.
    """
    begin = _beginning(case, base)
    window = base.run.model_copy(update={"start": begin, "end": begin + timedelta(days=case.days)})
    plain = _changed(base, case, file, {"run": window, **_kept(case, begin)})
    plain = shortened(plain, days)
    reference = shortened(base, days) if case.reference == "base" else plain
    several = []
    for variant in (None, *case.variant):
        by = begin - BEGINNING + timedelta(seconds=variant.shift_s if variant else 0.0)
        wrong: dict[str, Any] = {
            key: (*getattr(plain, key), *_shifted(getattr(case, key), by))
            for key in ("experiment", "delivery", "fault", "event", "command")
        }
        if case.catalogue_faults is not None:
            wrong["catalogue_faults"] = case.catalogue_faults
        run = _changed(plain, None, file, wrong)
        limits = variant.limits if variant and variant.limits else case.limits
        _demand_known(limits, run, file)
        _demand_inside(run, file)
        words = case.title if variant is None else f"{case.title}: {variant.name}"
        several.append(Staged(_name(case, variant), words, case, limits, file, run, reference))
    return tuple(several)


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return a scenario with another seed."""
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"seed": seed})})


def _name(case: Case, variant: Variant | None) -> str:
    return case.id if variant is None else f"{case.id}-{variant.name}"


def _kept(case: Case, begin: datetime) -> dict[str, Any]:
    """Return what a case changes that its reference has too."""
    by = begin - BEGINNING
    changes: dict[str, Any] = {}
    if case.site is not None:
        changes["site"] = case.site
    if case.autonomy is not None:
        changes["autonomy"] = case.autonomy
    if case.ground is not None:
        changes["ground"] = _shifted(case.ground, by)
    if case.element:
        changes["element"] = _shifted(case.element, by)
    return changes


def _changed(
    scenario: Scenario, case: Case | None, file: Path, changes: Mapping[str, Any]
) -> Scenario:
    """Return a scenario with changes, checked as a whole."""
    update = dict(changes)
    if case is not None:
        elements = _set(scenario.element, case.set, file)
        update["element"] = (*elements, *update.get("element", ()))
    changed = scenario.model_copy(update=update)
    try:
        changed.demand_that_it_fits()
    except ValidationError as error:
        raise InputError(
            [
                Problem(str(file), _place(one["loc"]), "", one["msg"])
                for one in error.errors(include_url=False)
            ]
        ) from None
    return changed


def _place(parts: Sequence[int | str]) -> str:
    """Return a place in words: items of lists are counted from one."""
    words = "".join(f" #{one + 1}" if isinstance(one, int) else f".{one}" for one in parts)
    return words.lstrip(".")


def _set(
    elements: tuple[TaggedElement, ...], settings: tuple[Setting, ...], file: Path
) -> list[TaggedElement]:
    """Return elements with other values, or raise with all that they cannot take."""
    problems: list[Problem] = []
    by_name = {element.name: element for element in elements}
    for number, setting in enumerate(settings, start=1):
        for name in setting.element:
            if name not in by_name:
                continue  # one that the case itself adds: written there
            told = by_name[name].model_dump()
            *outer, last = setting.key.split(".")
            table: Any = told
            for key in outer:
                table = table.get(key) if isinstance(table, dict) else None
            if not isinstance(table, dict) or last not in table:
                keys = table if isinstance(table, dict) else told
                remedy = f"a {by_name[name].type} has no such key; {suggest(last, keys)}"
                problems.append(Problem(str(file), f"set #{number}.key", setting.key, remedy))
                continue
            table[last] = setting.value
            try:
                by_name[name] = type(by_name[name]).model_validate(told)
            except ValidationError as error:
                remedy = error.errors(include_url=False)[0]["msg"]
                place, value = f"set #{number}.value", str(setting.value)
                problems.append(Problem(str(file), place, value, remedy))
    if problems:
        raise InputError(problems)
    return list(by_name.values())


def _demand_known(limits: Limits, scenario: Scenario, file: Path) -> None:
    """Raise where limits name what is not there."""
    known = {element.name for element in scenario.element} | {"avionics", "planner", "station"}
    known |= {given.station for given in scenario.ground_station}
    known |= {f"home:{partner.name}" for partner in scenario.partner}
    known |= {path for one in scenario.element if (path := getattr(one, "path", None))}
    if scenario.direct_path is not None:
        known.add(scenario.direct_path.name)
    problems = [
        Problem(str(file), f"limits.{key}", name, f"nothing has this name; {suggest(name, known)}")
        for key in ("isolate", "witnesses", "affected")
        for name in getattr(limits, key)
        if name not in known and name.partition(".")[0] not in known
    ]
    if problems:
        raise InputError(problems)


def _demand_inside(scenario: Scenario, file: Path) -> None:
    """Raise where something is to happen outside of the window."""
    run = scenario.run
    problems = [
        Problem(str(file), f"{kind}.at", f"{at:%Y-%m-%d %H:%M}", _outside(run.start, run.end))
        for kind in ("fault", "event", "command", "delivery")
        for one in getattr(scenario, kind)
        if (at := one.at) is not None and not run.start <= at < run.end
    ]
    if problems:
        raise InputError(problems)


def _outside(start: datetime, end: datetime) -> str:
    days = (end - start) / timedelta(days=1)
    return f"must come within the window, {days:g} days from {start:%Y-%m-%d %H:%M} on"


def _shifted(value: Any, by: timedelta) -> Any:
    """Return a value with every date in it so much later."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(_shifted(one, by) for one in value)
    if isinstance(value, Spec):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        return value.model_copy(update={name: _shifted(one, by) for name, one in fields.items()})
    return value


def _beginning(case: Case, base: Scenario) -> datetime:
    """Return when the window of a case begins, on a whole minute of UTC."""
    if case.begin is None:
        return case.start if case.start is not None else base.run.start
    return _found(case.begin, case.site or base.site) - timedelta(seconds=case.begin.lead_s)


@cache
def _found(rule: Begin, site: Site) -> datetime:
    """Return when what a rule names begins.

    Raises
    ------
    InputError
        The site has no horizon of its own name, or nothing of the kind comes.
    """
    if site.profile is None:
        remedy = "needs a site with a named profile; give start instead"
        raise InputError(Problem("begin", "before", rule.before, remedy))
    profile, ephemeris = load_profile(site.profile), load_ephemeris(Kernels())
    start_t_s = from_utc(rule.since)
    count = int((from_utc(rule.until) - start_t_s) // SEARCH_STEP_S)
    sun = ephemeris.track(profile.site, "sun", start_t_s, SEARCH_STEP_S, count)
    if rule.before == "eclipse":
        earth = ephemeris.track(profile.site, "earth", start_t_s, SEARCH_STEP_S, count)
        hidden = eclipse_fraction(sun, earth)
    else:
        hidden = (visible_fraction(sun, profile) < DARK_FRACTION).astype(np.float64)
    edges = np.diff((hidden > 0.0).astype(np.int8), prepend=0, append=0)
    first, end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if first.size == 0:
        remedy = "nothing of the kind comes in this time; look over a longer one"
        raise InputError(Problem("begin", "before", rule.before, remedy))
    depth = [float(hidden[a:b].sum()) for a, b in zip(first, end, strict=True)]
    found = to_utc(start_t_s + SEARCH_STEP_S * int(first[int(np.argmax(depth))]))
    nearest = found.astimezone(UTC) + timedelta(seconds=30)
    return nearest.replace(second=0, microsecond=0)
