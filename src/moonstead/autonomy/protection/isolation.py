"""Which element is held to be the cause: signs against a table of signatures.

The table, ``isolation.csv``, names kinds of fault, not faults: a row says in which kind of channel
something looks wrong, which way, and what else must hold (``when``; ``!`` in front: must not), and
whom to blame first. Rows are tried in their order.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.autonomy.protection.belief import HEATER, LINK, PLAIN, TASK, WORK
from moonstead.autonomy.protection.lumped_tables import CURTAILED
from moonstead.autonomy.protection.observer import TABLES, Observer
from moonstead.autonomy.protection.signs import Sign
from moonstead.units import HOUR_S

DEAD_SHARE = 0.1
"""Less than this share of what is expected is nothing."""
IDLE_SHARE = 0.02
OVER_SHARE = 1.06
"""More than this share of its rated power no load should draw."""
DEAR_SHARE = 1.3
"""Up to this share of it the sensor is believed: loads draw more than designed, now and then."""
RISES = 1e-6
"""Share of the greatest offer: less is rounding."""
MANY_LOADS = 3
WEAK_LEVEL = 0.75
"""A tank whose smoothed residual is less than this below while nothing runs does not leak."""


@dataclass(frozen=True, slots=True)
class Row:
    """A signature and what follows from it."""

    row: str
    faults: str
    """Of the catalogue of the autonomy study, section 5.2."""
    table: str
    sign: str
    when: tuple[str, ...]
    blame: str
    cause: str
    test: str
    """What tells it from the other rows."""
    procedure: str
    health: str
    left_s: float
    """Until it is critical in the worst season, by the catalogue."""


@cache
def isolation_table() -> tuple[Row, ...]:
    """Return the rows of the table."""
    with Path(__file__).with_name("isolation.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                row=line["row"],
                faults=line["faults"],
                table=line["table"],
                sign=line["sign"],
                when=tuple(line["when"].split()),
                blame=line["blame"],
                cause=line["cause"],
                test=line["test"],
                procedure=line["procedure"],
                health=line["health"],
                left_s=float(line["hours_left"]) * HOUR_S,
            )
            for line in csv.DictReader(file)
        )


def row_named(name: str) -> Row:
    """Return a row by its name."""
    return next(row for row in isolation_table() if row.row == name)


@dataclass(frozen=True, slots=True)
class Finding:
    """A sign with the row that explains it."""

    row: Row
    subject: str
    """Element (or path, or ``station``) that is held to be the cause."""
    component: str
    """Whose channel looks wrong."""
    channel: int
    """-1 where it is no channel."""
    witnesses: frozenset[str]
    seen: str
    """What was seen against what was expected."""


class Isolation:
    """Reads signs.

    Parameters
    ----------
    observer
        With the model and what it expects now.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self.belief = observer.belief
        plant = self.belief.plant
        self._table_of = tuple(
            table
            for table in TABLES
            for _ in range(observer.span[table].stop - observer.span[table].start)
        )
        self._first = {table: observer.span[table].start for table in TABLES}
        self.is_solar = _varies(self.belief.sky.mean, plant.source_column)
        self.sees_sun = self.is_solar & self.belief.beside_sensor
        """Sources that depend on the light that the Sun sensor sees."""
        makers = [
            (int(plant.flow_tank[f]), int(plant.work_load[k]), float(plant.flow_kg_per_s[f]))
            for k in range(len(plant.work_load))
            for f in range(plant.work_flow_begin[k], plant.work_flow_end[k])
            if plant.flow_kg_per_s[f] > 0.0
        ]
        self._makers = makers
        self._made = {tank for tank, _, _ in makers}
        self.jumped = np.zeros(len(observer.names), dtype=np.bool_)
        """Channels whose reading left the model by more than anything physical can do in a tick."""

    @property
    def has_jumps(self) -> bool:
        """Whether any channel has jumped and is not calm again."""
        return bool(self.jumped.any())

    def follow(self, level: np.ndarray, dt_s: float) -> None:
        """Take a tick into account, before signs are read.

        Parameters
        ----------
        level
            Smoothed residuals of all channels.
        dt_s
            Length of the tick.
        """
        observer = self._observer
        z = observer.z
        odd = np.flatnonzero(np.abs(z) > 6.0)
        for channel in odd.tolist():
            if abs(level[channel]) < 3.0 and self._is_jump(channel, dt_s):
                self.jumped[channel] = True
        calm = np.abs(level) < 0.5
        self.jumped &= ~calm

    def _is_jump(self, channel: int, dt_s: float) -> bool:
        observer, plant = self._observer, self.belief.plant
        table = self._table_of[channel]
        k = channel - self._first[table]
        off = abs(float(observer.reading[channel] - observer.expected[channel]))
        if table == "node":
            heat_w = float(plant.load_power_w[plant.load_node == k].sum())
            heat_w += float(plant.node_radiating_w_per_k4[k]) * observer.expected[channel] ** 4
            heat_w += abs(float(observer.out.node_heat_w[k]))
            most = heat_w * dt_s / float(plant.node_capacity_j_per_k[k])
            return bool(off > 2.0 * most + 3.0 * plant.noise[2])
        if table == "store":
            most_w = max(float(plant.store_charge_w[k]), float(plant.store_discharge_w[k]))
            return bool(off > 1.5 * most_w * dt_s)
        if table == "tank":
            return bool(off > 0.04 * float(plant.tank_capacity_kg[k]))
        return False

    def read(self, signs: list[Sign], *, sun_missing: bool) -> list[Finding]:
        """Explain the signs of a tick.

        Parameters
        ----------
        signs
            Channels with an alarm.
        sun_missing
            Whether the Sun sensor sees nothing although Sun is forecast.
        """
        findings = []
        low = [s.channel for s in signs if s.way == "low"]
        for sign in signs:
            found = self._explain(sign, low, sun_missing=sun_missing)
            if found is not None:
                findings.append(found)
        order = {row.row: n for n, row in enumerate(isolation_table())}
        return sorted(findings, key=lambda f: (order[f.row.row], f.channel))

    def _explain(self, sign: Sign, low: list[int], *, sun_missing: bool) -> Finding | None:
        channel = sign.channel
        table = self._table_of[channel]
        flags = self._flags(channel, table, low, sun_missing=sun_missing)
        for row in isolation_table():
            if row.table != table or row.sign != sign.way:
                continue
            if not all((flag.strip("!") in flags) != flag.startswith("!") for flag in row.when):
                continue
            subject = self._blamed(row.blame, channel, table)
            name = self._observer.names[channel]
            reading, expected = self._observer.reading[channel], self._observer.expected[channel]
            seen = f"{reading:.4g} {_UNIT[table]}"
            if np.isfinite(expected):
                seen += f" where {expected:.4g} are expected"
            witnesses = frozenset(f"{name}:{family}" for family in sign.witnesses)
            return Finding(row, subject, name, channel, witnesses, seen)
        return None

    def _flags(
        self, channel: int, table: str, low: list[int], *, sun_missing: bool
    ) -> frozenset[str]:
        observer, plant = self._observer, self.belief.plant
        k = channel - self._first[table]
        flags = {"dark"} if sun_missing else set()
        reading, expected = observer.reading[channel], observer.expected[channel]
        if np.isfinite(expected) and reading < DEAD_SHARE * expected:
            flags.add("dead")
        if self.jumped[channel]:
            flags.add("jump")
        if table == "source":
            flags |= {"solar"} if self.sees_sun[k] else set()
            here = plant.source_island[k]
            peers = np.flatnonzero(plant.source_island == here)
            judged = peers[np.isfinite(observer.out.source_z[peers])]
            solar = judged[self.is_solar[judged]]
            lows = [c - self._first[table] for c in low if self._table_of[c] == table]
            down = [p for p in lows if plant.source_island[p] == here]
            is_all = set(solar.tolist()) <= set(down)
            # Of a single array the Sun sensor is the other witness.
            if is_all and (len(down) > 1 or (solar.size and "dark" in flags)):
                flags.add("many")
        elif table == "load":
            kind = plant.load_kind[k]
            flags |= {"heater"} if kind == HEATER else {"link"} if kind == LINK else set()
            if reading > OVER_SHARE * plant.load_power_w[k]:
                flags.add("over")
            if kind in {PLAIN, WORK} and reading < DEAR_SHARE * plant.load_power_w[k]:
                flags.add("dear")
            lows = [c - self._first[table] for c in low if self._table_of[c] == table]
            owners = {
                int(plant.load_element[p])
                for p in lows
                if plant.load_island[p] == plant.load_island[k] and plant.load_kind[p] != TASK
            }
            if len(owners) >= MANY_LOADS:
                flags.add("many")
        elif table == "store":
            share = observer.out.island_share[plant.store_island[k]]
            if share < CURTAILED or expected > 0.97 * observer.estimate.store_capacity_j[k]:
                flags.add("full")
        elif table == "tank" and k in self._made and observer.estimate.tank_idle[k] > -WEAK_LEVEL:
            flags.add("running")
        return frozenset(flags)

    def _blamed(self, blame: str, channel: int, table: str) -> str:
        belief, observer = self.belief, self._observer
        plant, names = belief.plant, belief.channels
        k = channel - self._first[table]
        own = belief.elements[int(observer.element[channel])].name
        if blame == "station":
            return "station"
        if blame == "store":
            island = plant.load_island[k]
            stores = [s for s in plant.store_order if plant.store_island[s] == island]
            present = [s for s in stores if observer.there[plant.store_element[s]]]
            return _owner(names.stores[present[0]]) if present else own
        if blame == "maker":
            used = observer.out.used_load_w
            here = [m for m in self._makers if m[0] == k]
            on = [m for m in here if used[m[1]] > IDLE_SHARE * plant.load_power_w[m[1]]]
            chosen = max(on or here, key=lambda m: m[2], default=None)
            return _owner(names.loads[chosen[1]]) if chosen else own
        if blame == "writer":
            used = observer.out.used_load_w
            writers = [
                (float(plant.data_rate_bit_per_s[d] * used[i] / plant.load_power_w[i]), int(i))
                for d, i in enumerate(plant.data_load)
                if plant.data_recorder[d] == k and plant.load_power_w[i] > 0.0
            ]
            return _owner(names.loads[max(writers)[1]]) if writers else own
        return own

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {"jumped": self.jumped.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.jumped[:] = state["jumped"]


_UNIT = {"source": "W", "load": "W", "store": "J", "node": "K", "tank": "kg", "recorder": "bit"}


def _owner(component: str) -> str:
    return component.partition(".")[0]


def _varies(series: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return which sources depend on light: what decays or is constant never offers more again."""
    offers = series[:, columns]
    varies: np.ndarray = (np.diff(offers, axis=0) > RISES * offers.max(axis=0)).any(axis=0)
    return varies
