"""From a scenario to what is to happen to its station: arrivals, deliveries, faults, events.

What each kind of event does, with its default size:

* ``dust``: settles on every array, 0.5 % of the light (Apollo dust detectors, O'Brien 2013: 4 to
  10 % on covered cells in about 2000 days).
* ``lander-plume``: blows dust on every array, 5 % of the light (assumption; the Apollo 11 and 12
  detectors lost more at ascent).
* ``radiation-storm``: wears every array by 1 % (covered cells in the event of August 1972: below
  1 %; bare ones 7 %; O'Brien 2013).
* ``micrometeoroid``: a hole in one tank, 5 % of its content a day (assumption). By chance it is any
  tank; by date the tank must be named.
* ``moonquake``: takes 10 % of the power of every array by misalignment, until repaired
  (assumption).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from moonstead.components import Parts
from moonstead.elements.cargo import Cargo
from moonstead.elements.element import Element
from moonstead.elements.solar_array import SolarArray
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError, Problem
from moonstead.scenario.fault import Event
from moonstead.scenario.fault import Fault as FaultSpec
from moonstead.scenario.fault_catalogue import catalogue_failures, row_remedy, settled_fault
from moonstead.scenario.fault_targets import ACTS_ON, target_remedy
from moonstead.scenario.model import Scenario
from moonstead.scenario.order import out_of_order
from moonstead.simulation.ownership import is_part_of
from moonstead.simulation.parts import all_loads
from moonstead.simulation.schedule import (
    Condition,
    Delivery,
    Failure,
    Fault,
    Life,
    Mode,
    Repair,
    Schedule,
)
from moonstead.spec import suggest

_EVENTS: dict[str, tuple[Mode, float]] = {
    "dust": (Mode.DUSTED, 0.005),
    "lander-plume": (Mode.DUSTED, 0.05),
    "radiation-storm": (Mode.WORN, 0.01),
    "micrometeoroid": (Mode.LEAK, 0.05),
    "moonquake": (Mode.DERATED, 0.1),
}


def schedule_of(scenario: Scenario, parts: Parts, file: str) -> Schedule:
    """Return what is to happen to the station of a scenario.

    Raises
    ------
    InputError
        A fault, event or delivery names nothing, or something that it cannot harm; a failure
        counts what is not there. All such mistakes together.
    """
    named = _names(parts)
    problems = [*_unknown_targets(scenario, named, file), *_unknown_parts(scenario, named, file)]
    problems += [*_unaimed(scenario, file), *_doubled(scenario, file)]
    problems += out_of_order(scenario, file)
    if problems:
        raise InputError(problems)
    scripted, by_chance = _events(scenario)
    return Schedule(
        lives=tuple(_life(element, scenario.run.start) for element in scenario.element),
        deliveries=tuple(
            Delivery(t_s=from_utc(item.at), tank=item.tank, mass_kg=item.mass_kg)
            for item in scenario.delivery
        ),
        faults=(*_faults(scenario), *scripted),
        failures=(
            *(failure for element in scenario.element for failure in _failures(element)),
            *by_chance,
            *catalogue_failures(scenario),
        ),
        repairs=tuple(
            Repair(
                element=element.name,
                work_s=element.repair.duration_s,
                spare_tank=element.spares or "",
                spare_kg=element.spare_kg,
            )
            for element in scenario.element
            if element.repair is not None
        ),
        seed=scenario.run.seed,
    )


def _life(element: Element, start: datetime) -> Life:
    contents = element.contents if isinstance(element, Cargo) else ()
    arrives = element.arrives
    if contents and arrives is None:
        arrives = start
    assembly_s = 0.0 if element.assembly is None else element.assembly.duration_s
    if arrives is not None:
        # What landed before the run begins has been worked on since, as planned.
        assembly_s = max(assembly_s - max((start - arrives).total_seconds(), 0.0), 0.0)
    return Life(
        element=element.name,
        arrives_t_s=None if arrives is None else from_utc(arrives),
        assembly_s=assembly_s,
        retires_t_s=None if element.retires is None else from_utc(element.retires),
        contents=tuple((content.tank, content.kg) for content in contents),
    )


def _faults(scenario: Scenario) -> Iterator[Fault]:
    for spec in scenario.fault:
        when, settled = spec.when, settled_fault(spec, scenario)
        yield replace(
            settled,
            t_s=None if spec.at is None else from_utc(spec.at),
            condition=None
            if when is None
            else Condition(
                quantity=when.quantity, channel=when.channel, below=when.below, above=when.above
            ),
        )


def _failures(element: Element) -> Iterator[Failure]:
    for number, spec in enumerate(element.failure, start=1):
        target = f"{element.name}.{spec.part}" if spec.part else element.name
        cycles = spec.scale_cycles is not None
        scale = spec.scale_cycles if spec.scale_cycles is not None else spec.scale_s
        yield Failure(
            fault=Fault(
                name=f"{target}#{number}",
                targets=(target,),
                mode=Mode(spec.mode),
                size=spec.size,
                duration_s=spec.duration_s,
                period_s=spec.period_s,
            ),
            shape=spec.shape,
            scale=scale or 0.0,
            measure="cycles" if cycles else spec.counts,
            component=target if cycles or spec.counts == "running" else "",
        )


def _events(scenario: Scenario) -> tuple[list[Fault], list[Failure]]:
    scripted, by_chance = [], []
    for event in scenario.event:
        mode, size = _EVENTS[event.kind]
        fault = Fault(
            name=event.name,
            targets=event.target or _harmed_by(event, scenario),
            mode=mode,
            size=size if event.size is None else event.size,
            t_s=None if event.at is None else from_utc(event.at),
            text=f"{event.kind.replace('-', ' ')} ({event.name})",
        )
        if event.mean_interval_s is None:
            scripted.append(fault)
        elif event.kind == "micrometeoroid":
            # One is hit at a time: each on its own, so much more rarely.
            scale_s = event.mean_interval_s * len(fault.targets)
            for target in fault.targets:
                one = replace(fault, name=f"{event.name}:{target}", targets=(target,))
                by_chance.append(Failure(fault=one, shape=1.0, scale=scale_s))
        else:
            by_chance.append(Failure(fault=fault, shape=1.0, scale=event.mean_interval_s))
    return scripted, by_chance


def _harmed_by(event: Event, scenario: Scenario) -> tuple[str, ...]:
    """Return what an event harms where nothing is named."""
    if event.kind == "micrometeoroid":
        return tuple(e.name for e in scenario.element if e.all_parts().tanks)
    return tuple(e.name for e in scenario.element if isinstance(e, SolarArray))


def _names(parts: Parts) -> dict[str, set[str]]:
    """Return the names of components by kind."""
    return {
        "source": {item.name for item in parts.sources},
        "load": {load.name for load in all_loads(parts)},
        "store": {item.name for item in parts.stores},
        "supply": {item.name for item in parts.supplies},
        "node": {item.name for item in parts.nodes},
        "tank": {item.name for item in parts.tanks},
        "tie": {item.name for item in parts.ties},
        "recorder": {item.name for item in parts.recorders},
    }


def _unknown_targets(
    scenario: Scenario, named: dict[str, set[str]], file: str
) -> Iterator[Problem]:
    for kind, items in (("fault", scenario.fault), ("event", scenario.event)):
        for item in items:
            if isinstance(item, FaultSpec):
                mode = settled_fault(item, scenario).mode
            else:
                mode = _EVENTS[item.kind][0]
            place = f'{kind} "{item.name}".target'
            for target in item.target:
                remedy = row_remedy(item, target, scenario) if isinstance(item, FaultSpec) else ""
                remedy = remedy or target_remedy(target, mode, scenario, named)
                if remedy:
                    yield Problem(file, place, target, remedy)
    for fault in scenario.fault:
        if fault.when is not None:
            table = fault.when.quantity.partition("_")[0]
            if fault.when.channel not in named[table]:
                place = f'fault "{fault.name}".when.channel'
                remedy = f"no {table} has this name; {suggest(fault.when.channel, named[table])}"
                yield Problem(file, place, fault.when.channel, remedy)
    levers = {name for table in ("load", "link", "source", "tie") for name in named.get(table, ())}
    for number, command in enumerate(scenario.command, start=1):
        if command.kind == "level" and command.target not in levers:
            remedy = (
                f"no load, link, source or tie has this name; {suggest(command.target, levers)}"
            )
            yield Problem(file, f"command #{number}.target", command.target, remedy)
    for number, delivery in enumerate(scenario.delivery, start=1):
        if delivery.tank not in named["tank"]:
            remedy = f"no tank has this name; {suggest(delivery.tank, named['tank'])}"
            yield Problem(file, f"delivery #{number}.tank", delivery.tank, remedy)


def _unknown_parts(scenario: Scenario, named: dict[str, set[str]], file: str) -> Iterator[Problem]:
    """Failures of parts that an element has not, and cargo and spares for no tank."""
    for element in scenario.element:
        path = f'element "{element.name}"'
        for number, failure in enumerate(element.failure, start=1):
            target = f"{element.name}.{failure.part}" if failure.part else element.name
            tables = ACTS_ON[Mode(failure.mode)]
            if failure.scale_cycles is not None:
                tables = ("store",)
            elif failure.counts == "running":
                tables = ("load",)
            own = {
                name for table in tables for name in named[table] if is_part_of(name, element.name)
            }
            exact = failure.scale_cycles is not None or failure.counts == "running"
            found = target in own if exact else any(is_part_of(name, target) for name in own)
            if not found:
                parts = sorted(name.partition(".")[2] for name in own if "." in name)
                remedy = f"names no {' or '.join(tables)} of it; {suggest(failure.part, parts)}"
                yield Problem(file, f"{path}.failure #{number}.part", failure.part, remedy)
        if element.spares is not None and element.spares not in named["tank"]:
            remedy = f"no tank has this name; {suggest(element.spares, named['tank'])}"
            yield Problem(file, f"{path}.spares", element.spares, remedy)
        if isinstance(element, Cargo):
            for number, content in enumerate(element.contents, start=1):
                if content.tank not in named["tank"]:
                    place = f"{path}.contents #{number}.tank"
                    remedy = f"no tank has this name; {suggest(content.tank, named['tank'])}"
                    yield Problem(file, place, content.tank, remedy)


def _unaimed(scenario: Scenario, file: str) -> Iterator[Problem]:
    for event in scenario.event:
        place = f'event "{event.name}".target'
        if event.kind == "micrometeoroid" and event.at is not None and len(event.target) != 1:
            yield Problem(file, place, str(list(event.target)), "name the one tank that it hits")
        elif not event.target and not _harmed_by(event, scenario):
            kind = "tank" if event.kind == "micrometeoroid" else "solar_array"
            yield Problem(file, place, "[]", f"there is no {kind} that it could harm")


def _doubled(scenario: Scenario, file: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for kind, items in (("fault", scenario.fault), ("event", scenario.event)):
        for item in items:
            if item.name in seen:
                remedy = "another fault or event has this name already"
                yield Problem(file, f'{kind} "{item.name}".name', item.name, remedy)
            seen.add(item.name)
