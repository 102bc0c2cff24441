"""What happens to the true station besides physics, carried out between steps of the kernel.

Elements arrive, are assembled, commissioned and retired; things break by script or by chance and
are repaired; mass is delivered. Everything that changes stocks from outside is put in the ledger,
so that the balances close over it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from moonstead.contracts import Notice
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.condition import Condition
from moonstead.simulation.due import due_t_s
from moonstead.simulation.failures import Failures
from moonstead.simulation.fault_effects import BY_ITSELF, is_off, spoiled, strength
from moonstead.simulation.measures import measured
from moonstead.simulation.network import Ledger, State
from moonstead.simulation.ownership import KINDS, Owned, owned_by
from moonstead.simulation.schedule import (
    LASTING,
    SENSORS,
    Fault,
    Life,
    Mode,
    Schedule,
)
from moonstead.simulation.stock import Stock

ASSEMBLY = ".assembly"
REPAIR = ".repair"
"""Endings of the names of the loads by which an element is assembled and repaired."""

CLOCK_SLACK_S = 0.1
"""TDB runs up to 1.7 ms ahead of or behind uniform time; what is due at a step must not wait for
the next."""


def _is_due(at_t_s: float | None, t_s: float) -> bool:
    return at_t_s is not None and t_s >= at_t_s - CLOCK_SLACK_S


class Stage(StrEnum):
    """Of an element's life."""

    AWAITED = "awaited"
    LANDED = "landed"
    WORKING = "working"
    RETIRED = "retired"


@dataclass(slots=True)
class _Memory:
    """All that changes; plain values."""

    stage: dict[str, str] = field(default_factory=dict)
    work_begun_s: dict[str, float] = field(default_factory=dict)
    """What a work load had done when its present task began."""
    active: dict[str, float] = field(default_factory=dict)
    """Since when each active fault is."""
    mended: dict[str, list[str]] = field(default_factory=dict)
    """Of active faults with several elements: those that are repaired already."""
    begun: set[str] = field(default_factory=set)
    """Scripted faults that have begun, which begin once."""
    delivered: int = 0
    reported: list[str] = field(default_factory=list)
    """Elements that whoever looks after the station holds to be broken."""
    sound: list[str] = field(default_factory=list)
    """Those of them in which the repairers have found nothing."""


class Upkeep:
    """Carries out a schedule on a state.

    Parameters
    ----------
    station, state, ledger
        Of the simulation; state and ledger are changed in place.
    schedule
        What is to happen.
    start_t_s
        Simulation time at which the run starts.
    """

    def __init__(
        self,
        station: CompiledStation,
        state: State,
        ledger: Ledger,
        schedule: Schedule,
        start_t_s: float,
    ) -> None:
        self.station, self.state, self.ledger = station, state, ledger
        self.schedule = schedule
        names, network = station.names, station.network
        outside = len(names.nodes)
        node_of = {
            "source": network.source_node,
            "load": network.load_node,
            "store": network.store_node,
        }
        self._condition = Condition(
            state,
            {table: np.where(nodes == outside, -1, nodes) for table, nodes in node_of.items()},
        )
        self._owned = {life.element: owned_by(names, [life.element]) for life in schedule.lives}
        self._stock = Stock(station, state, ledger)
        self._failures = Failures(station, ledger, schedule.failures, schedule.seed, start_t_s)
        self._repairs = {repair.element: repair for repair in schedule.repairs}
        self._faults = {fault.name: fault for fault in schedule.faults}
        self._faults |= {failure.fault.name: failure.fault for failure in schedule.failures}
        self._places = {name: self._harmed(fault.targets) for name, fault in self._faults.items()}
        self._deliveries = sorted(schedule.deliveries, key=lambda item: (item.t_s, item.tank))
        self._memory = _Memory(
            stage={
                life.element: Stage.WORKING if life.arrives_t_s is None else Stage.AWAITED
                for life in schedule.lives
            },
        )
        for life in schedule.lives:
            if life.arrives_t_s is not None:
                self._stock.empty(self._owned[life.element])
        self._unsettled: list[Life] = []
        self._t_s = start_t_s
        self._settle()
        self._compose(start_t_s)

    def step(self, t_s: float) -> list[Notice]:
        """Let happen what is due at a time; return what happened."""
        self._t_s = t_s
        notices: list[Notice] = []
        for life in self._unsettled:
            notices += self._live(life, t_s)
        notices += self._deliver(t_s)
        notices += self._break(t_s)
        if self._memory.active or self._memory.reported:
            notices += self._mend(t_s)
        if notices:
            self._settle()
        if notices or self._is_changing():
            self._compose(t_s)
        return notices

    def _is_changing(self) -> bool:
        """Whether what works may change though nothing happens: with time, or as spares come."""
        active = self._memory.active
        if any(self._faults[name].mode in BY_ITSELF for name in active):
            return True
        return bool(active) and bool(self._in_work())

    def _settle(self) -> None:
        """Note which elements may still come or go."""
        self._unsettled = [
            life
            for life in self.schedule.lives
            if self._memory.stage[life.element] in {Stage.AWAITED, Stage.LANDED}
            or (life.retires_t_s is not None and self._memory.stage[life.element] != Stage.RETIRED)
        ]

    def stages(self) -> Mapping[str, str]:
        """Return the stage of every element."""
        return self._memory.stage

    def active_faults(self) -> list[tuple[Fault, float]]:
        """Return every active fault and since when it is, by name."""
        active = self._memory.active
        return [(self._faults[name], active[name]) for name in sorted(active)]

    def quiet_until(self, t_s: float) -> float:
        """Return until when nothing but physics can happen; `t_s` where that is not sure."""
        memory = self._memory
        soonest = due_t_s(self.schedule, memory.stage, memory.begun, self.active_faults(), t_s)
        for t, failure in self._failures.soonest_t_s(t_s):
            if t >= soonest:
                break
            fault = failure.fault
            if fault.name not in memory.active and self._is_there(fault):
                soonest = t
        for life in self._unsettled:
            if memory.stage[life.element] == Stage.LANDED:
                left_s = life.assembly_s - self._work_done_s(life.element + ASSEMBLY)
                soonest = min(soonest, t_s + left_s)
        for element in self._in_work():
            repair = self._repairs[element]
            if self._stock.has_spares(repair):
                soonest = min(soonest, t_s + repair.work_s - self._work_done_s(element + REPAIR))
        return max(soonest, t_s)

    def faulty(self) -> tuple[str, ...]:
        """Return the elements whose built-in test tells a fault that can be repaired, sorted.

        It tells that a whole element is off, now; nothing else.
        """
        if not self._memory.active:
            return ()
        found = {
            target
            for name, since_t_s in self._memory.active.items()
            for target in self._hurt(name)
            if target in self._faults[name].targets
            and is_off(self._faults[name], self._t_s - since_t_s)
            and target in self._repairs
            and self._works(target)
        }
        return tuple(sorted(found))

    def hurt(self) -> tuple[str, ...]:
        """Return every element with an active fault that can be repaired, sorted: the truth."""
        found = {
            element
            for name in self._memory.active
            for element in self._hurt(name)
            if element in self._repairs and self._works(element)
        }
        return tuple(sorted(found))

    def report(self, elements: Iterable[str]) -> None:
        """Let repair begin on elements that are held to be broken, whatever their tests tell.

        It ends where it is no more reported. Where nothing is found the work is done once, without
        spares, and not again until the report is withdrawn.

        Parameters
        ----------
        elements
            All that are held to be broken now; those that cannot be repaired change nothing.
        """
        memory = self._memory
        reported = sorted({e for e in elements if e in self._repairs and self._works(e)})
        if reported == memory.reported:
            return
        busy = self._in_work()
        memory.sound = [element for element in memory.sound if element in reported]
        memory.reported = reported
        for element in self._in_work():
            if element not in busy:
                self._begin_work(element + REPAIR)
        self._compose(self._t_s)

    def _in_work(self) -> tuple[str, ...]:
        """Return the elements that are to be repaired now, sorted."""
        memory = self._memory
        asked = {element for element in memory.reported if element not in memory.sound}
        asked = {element for element in asked if self._works(element)}
        return tuple(sorted(asked.union(self.faulty())))

    def _works(self, element: str) -> bool:
        return self._memory.stage.get(element, Stage.WORKING) == Stage.WORKING

    def _hurt(self, name: str) -> list[str]:
        """Return the elements of an active fault that are not yet repaired."""
        mended = self._memory.mended.get(name, [])
        return [element for element in self._elements(self._faults[name]) if element not in mended]

    def _harmed(self, targets: Iterable[str]) -> Owned:
        """Return the places of targets, but for the work on them: a broken element is repaired."""
        owned = owned_by(self.station.names, targets)
        loads = [
            place
            for place in owned["load"]
            if not self.station.names.loads[place].endswith((ASSEMBLY, REPAIR))
        ]
        return Owned({**owned.places, "load": np.array(loads, dtype=np.int64)})

    def memory(self) -> dict[str, Any]:
        """Return everything that it remembers, as plain JSON values."""
        memory = self._memory
        return {
            "stage": dict(memory.stage),
            "work_begun_s": memory.work_begun_s,
            "active": memory.active,
            "mended": memory.mended,
            "begun": sorted(memory.begun),
            "renewals": self._failures.renewals,
            "base": self._failures.base,
            "delivered": memory.delivered,
            "reported": list(memory.reported),
            "sound": list(memory.sound),
        }

    def restore(self, memory: dict[str, Any], t_s: float) -> None:
        """Take back what `memory` returned; the state is restored by itself."""
        kept = dict(memory)
        self._failures.restore(kept.pop("renewals"), kept.pop("base"))
        self._memory = _Memory(**{**kept, "begun": set(kept["begun"])})
        self._t_s = t_s
        self._settle()
        self._compose(t_s)

    def _live(self, life: Life, t_s: float) -> list[Notice]:
        name, stage = life.element, self._memory.stage[life.element]
        notices = []
        if stage == Stage.AWAITED and _is_due(life.arrives_t_s, t_s):
            stage = Stage.LANDED
            self._begin_work(name + ASSEMBLY)
            notices.append(Notice("arrived", name, f"{name} has landed"))
            notices += [self._put(tank, mass_kg) for tank, mass_kg in life.contents]
        if stage == Stage.LANDED and self._work_done_s(name + ASSEMBLY) >= life.assembly_s:
            stage = Stage.WORKING
            self._stock.commission(self._owned[name])
            self._failures.begin_ageing(name, t_s)
            notices.append(Notice("commissioned", name, f"{name} is assembled and works"))
        if stage != Stage.RETIRED and _is_due(life.retires_t_s, t_s):
            stage = Stage.RETIRED
            self._stock.empty(self._owned[name])
            notices.append(Notice("retired", name, f"{name} is switched off for good"))
        self._memory.stage[name] = stage
        return notices

    def _deliver(self, t_s: float) -> list[Notice]:
        notices: list[Notice] = []
        while self._memory.delivered < len(self._deliveries):
            item = self._deliveries[self._memory.delivered]
            if not _is_due(item.t_s, t_s):
                break
            self._memory.delivered += 1
            notices.append(self._put(item.tank, item.mass_kg))
        return notices

    def _put(self, tank: str, mass_kg: float) -> Notice:
        return self._stock.put(tank, mass_kg, is_there=self._works(tank.partition(".")[0]))

    def _break(self, t_s: float) -> list[Notice]:
        notices = []
        for fault in self.schedule.faults:
            due = _is_due(fault.t_s, t_s)
            if fault.condition is not None and self._works(fault.condition.channel.split(".")[0]):
                due = measured(fault.condition, self.station, self.state)
            if due and fault.name not in self._memory.begun:
                self._memory.begun.add(fault.name)
                notices += self._begin(fault, t_s)
        for failure in self._failures.due(t_s):
            fault = failure.fault
            if fault.name not in self._memory.active and self._is_there(fault):
                notices += self._begin(fault, t_s)
        return notices

    def _begin(self, fault: Fault, t_s: float) -> list[Notice]:
        places, state = self._places[fault.name], self.state
        if fault.mode == Mode.FADED:
            for s in places["store"]:
                state.store_capacity_j[s] *= 1.0 - fault.size
                over_j = max(state.store_energy_j[s] - state.store_capacity_j[s], 0.0)
                state.store_energy_j[s] -= over_j
                self.ledger.store_loss_j[s] += over_j
        elif fault.mode == Mode.WORN:
            state.source_health[places["source"]] *= 1.0 - fault.size
        elif fault.mode == Mode.DUSTED:
            clear = (1.0 - state.source_dust[places["source"]]) * (1.0 - fault.size)
            state.source_dust[places["source"]] = 1.0 - clear
        else:
            self._memory.active[fault.name] = t_s
        if fault.mode in LASTING:
            self._failures.renew(fault.name, t_s)
        for element in self._elements(fault):
            if element in self._repairs and fault.mode not in LASTING:
                self._begin_work(element + REPAIR)
                self._memory.sound = [e for e in self._memory.sound if e != element]
        text = fault.text or f"{', '.join(fault.targets)} fails: {fault.mode}"
        return [Notice("failed", ", ".join(fault.targets), text, {"size": fault.size})]

    def _is_there(self, fault: Fault) -> bool:
        return any(self._works(element) for element in self._elements(fault))

    def _elements(self, fault: Fault) -> list[str]:
        return [target.partition(".")[0] for target in fault.targets]

    def _mend(self, t_s: float) -> list[Notice]:
        notices = []
        for name in sorted(self._memory.active):
            fault = self._faults[name]
            if fault.duration_s is not None and t_s >= self._memory.active[name] + fault.duration_s:
                notices.append(self._end(fault, t_s, "over"))
        broken = set(self.hurt())
        for element in self._in_work():
            repair = self._repairs[element]
            if self._work_done_s(element + REPAIR) < repair.work_s:
                continue
            if element not in broken:
                self._memory.sound.append(element)
                text = f"{element} was looked at and nothing was found"
                notices.append(Notice("inspected", element, text))
            elif self._stock.has_spares(repair):
                self._stock.use_spares(repair)
                notices += self._repaired(element, t_s)
                # If it is still held to be broken, there is nothing more to find.
                self._memory.sound.append(element)
        self._memory.sound = sorted(set(self._memory.sound) & set(self._memory.reported))
        return notices

    def _repaired(self, element: str, t_s: float) -> list[Notice]:
        """End the faults of an element; those it shares with others end with the last of them."""
        notices = []
        for name in sorted(self._memory.active):
            if element not in self._hurt(name):
                continue
            self._memory.mended.setdefault(name, []).append(element)
            if self._hurt(name):
                text = f"repaired: {element}, hit by {self._faults[name].text or name}"
                notices.append(Notice("repaired", element, text))
            else:
                notices.append(self._end(self._faults[name], t_s, "repaired"))
        return notices

    def _end(self, fault: Fault, t_s: float, kind: str) -> Notice:
        del self._memory.active[fault.name]
        self._memory.mended.pop(fault.name, None)
        self._failures.renew(fault.name, t_s)
        targets = ", ".join(fault.targets)
        text = f"{kind}: {fault.text or f'{targets} ({fault.mode})'}"
        return Notice(kind, targets, text)

    def _work_done_s(self, load: str) -> float:
        """Return how long a task has been worked on since it began; all of it where none is due."""
        if load not in self.station.names.work:
            return np.inf
        done_s = float(self.ledger.work_done_s[self.station.names.work.index(load)])
        return done_s - self._memory.work_begun_s.get(load, done_s)

    def _begin_work(self, load: str) -> None:
        if load in self.station.names.work:
            done_s = float(self.ledger.work_done_s[self.station.names.work.index(load)])
            self._memory.work_begun_s[load] = done_s

    def _compose(self, t_s: float) -> None:
        names = self.station.names
        present = {table: np.ones(len(getattr(names, field))) for table, field in KINDS.items()}
        for life in self.schedule.lives:
            if self._memory.stage[life.element] != Stage.WORKING:
                for table, places in self._owned[life.element].places.items():
                    present[table][places] = 0.0
        self._show_work(present["load"])
        self._condition.compose(present, self._strengths(t_s))

    def _show_work(self, present: np.ndarray) -> None:
        """Let work loads be there while their work is to be done, and at no other time."""
        in_work = set(self._in_work())
        for place, name in enumerate(self.station.names.loads):
            element, _, part = name.partition(".")
            if f".{part}" == ASSEMBLY:
                present[place] = float(self._memory.stage.get(element) == Stage.LANDED)
            elif f".{part}" == REPAIR:
                due = element in in_work and self._stock.has_spares(self._repairs[element])
                present[place] = float(due)

    def _strengths(self, t_s: float) -> list[tuple[Owned, Mode, float]]:
        found = []
        for name, since_t_s in sorted(self._memory.active.items()):
            fault = self._faults[name]
            found.append((self._places_left(name), fault.mode, strength(fault, t_s - since_t_s)))
        return found

    def _places_left(self, name: str) -> Owned:
        """Return what an active fault still harms."""
        if name not in self._memory.mended:
            return self._places[name]
        hurt = self._hurt(name)
        targets = self._faults[name].targets
        return self._harmed(target for target in targets if target.partition(".")[0] in hurt)

    def sensor_faults(self) -> Iterable[tuple[Owned, Mode, float]]:
        """Return the active faults of sensors."""
        return [
            (self._read(name), self._faults[name].mode, self._faults[name].size)
            for name in sorted(self._memory.active)
            if self._faults[name].mode in SENSORS
        ]

    def _read(self, name: str) -> Owned:
        """Return the places of the readings that an active fault of sensors spoils."""
        return spoiled(self._places_left(name), self._faults[name])
