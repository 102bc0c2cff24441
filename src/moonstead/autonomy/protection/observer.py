"""The onboard model around its kernel: telemetry and levels in, expectations and residuals out."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from moonstead.autonomy.protection.belief import IndexArray, Plant, ProtectionBelief
from moonstead.autonomy.protection.lumped import expect
from moonstead.autonomy.protection.lumped_tables import Estimate, Expected, Readings
from moonstead.contracts import BoolArray, FloatArray, Telemetry

TABLES = ("source", "load", "store", "node", "tank", "recorder")
"""Kinds of channel that are compared, in the order in which they are laid end to end."""
FIELDS = ("source_w", "load_w", "store_j", "node_k", "tank_kg", "recorder_bit")
"""What a reading of each is called."""
OVER_POWER, OVER_FULL = 3.0, 1.5
"""More of its rated power or of its capacity no channel reads but by an upset."""
COLDEST_K, HOTTEST_K = 3.0, 1500.0
KEPT = (
    *("island_net_w", "load_w", "node_heat_w", "node_doubt_k"),
    *("node_z", "store_z"),
)
"""Results of a tick that the next one goes by."""


class Observer:
    """What the station expects of itself, tick by tick.

    Parameters
    ----------
    belief
        As sent up.
    """

    def __init__(self, belief: ProtectionBelief) -> None:
        self.belief = belief
        plant, channels = belief.plant, belief.channels
        self.sizes = tuple(len(getattr(channels, f"{table}s")) for table in TABLES)
        self.names: tuple[str, ...] = tuple(
            name for table in TABLES for name in getattr(channels, f"{table}s")
        )
        """Of all channels that are compared, laid end to end."""
        owners = [getattr(plant, f"{table}_element") for table in TABLES]
        self.element = np.concatenate(owners)
        """Place of the element of each."""
        bounds = np.cumsum((0, *self.sizes))
        self.span = {
            table: slice(int(bounds[k]), int(bounds[k + 1])) for k, table in enumerate(TABLES)
        }
        count = int(bounds[-1])
        self.z: FloatArray = np.full(count, np.nan)
        self.change_z: FloatArray = np.full(count, np.nan)
        """Of heaters: residual of the change in this tick alone."""
        self.expected: FloatArray = np.full(count, np.nan)
        self.reading: FloatArray = np.full(count, np.nan)
        self.trust: BoolArray = np.ones(count, dtype=np.bool_)
        self._least, self._most = _possible(plant)
        self.impossible: IndexArray = np.zeros(0, dtype=np.int64)
        """Channels whose newest reading is none, or none that there can be."""
        self._was_there: BoolArray = np.zeros(count, dtype=np.bool_)
        self.there: BoolArray = np.zeros(len(belief.elements), dtype=np.bool_)
        self._works: BoolArray = np.ones(len(belief.elements), dtype=np.bool_)
        # People and other things without a sensor show no sign of life.
        self._seen: BoolArray = np.ones(len(belief.elements), dtype=np.bool_)
        self._seen[self.element[self._most < np.inf]] = False
        self._from_t_s = np.array([element.from_t_s for element in belief.elements])
        self._until_t_s = np.array([element.until_t_s for element in belief.elements])
        sources, loads, stores, nodes, tanks, recorders = self.sizes
        islands = int(max([-1, *plant.source_island, *plant.load_island, *plant.store_island])) + 1
        self.estimate = Estimate(
            store_j=np.full(stores, np.nan),
            store_capacity_j=plant.store_capacity_j.copy(),
            node_k=np.full(nodes, np.nan),
            tank_kg=np.full(tanks, np.nan),
            store_gain=np.full(stores, 0.5),
            node_gain=np.full(nodes, 0.5),
            tank_gain=np.full(tanks, 0.5),
            recorder_bit=np.full(recorders, np.nan),
            source_output=np.ones(sources),
            source_dust=np.ones(sources),
            source_gain=np.ones(sources),
            work_warm_s=plant.work_warm_up_s.copy(),
            link_w=np.zeros(len(plant.link_load)),
            work_duty=np.zeros(len(plant.work_load)),
            load_gain=np.ones(loads),
            source_ratio=np.ones(sources),
            tank_idle=np.zeros(tanks),
            was_open=np.zeros(len(channels.paths)),
            was_bit_per_s=np.zeros(len(channels.paths)),
            heater_cold_k=np.full(loads, np.nan),
        )
        z, expected = self._parts(self.z), self._parts(self.expected)
        self.out = Expected(
            **{field: expected[n] for n, field in enumerate(FIELDS)},
            **{f"{table}_z": z[n] for n, table in enumerate(TABLES)},
            load_change_z=self._parts(self.change_z)[TABLES.index("load")],
            source_offer_w=np.full(sources, np.nan),
            node_heat_w=np.zeros(nodes + 1),
            store_flow_w=np.zeros(stores),
            island_offer_w=np.zeros(islands),
            island_net_w=np.zeros(islands),
            island_before_w=np.zeros(islands),
            island_share=np.ones(islands),
            island_fed=np.zeros(islands),
            store_blur_w=np.zeros(stores),
            node_blur_w=np.zeros(nodes + 1),
            node_before_w=np.zeros(nodes + 1),
            node_moved_k=np.full(nodes, np.nan),
            node_doubt_k=np.full(nodes, plant.noise[2]),
            used_source_w=np.zeros(sources),
            used_load_w=np.zeros(loads),
            pool_wanted=np.zeros(len(belief.pools)),
            tank_running=np.zeros(tanks),
            recorder_ways=np.zeros(recorders),
            path_sent_bit=np.zeros(len(channels.paths)),
            path_could_bit=np.zeros(len(channels.paths)),
        )
        self._at_work = np.full(len(belief.pools), np.inf)
        levers = (*channels.loads, *channels.sources)
        self._normal = dict(zip(channels.loads, belief.normal_levels, strict=True))
        self._levers = levers
        self._keys: tuple[str, ...] = ()
        self._to = self._from = np.zeros(0, dtype=np.int64)
        trust = self._parts(self.trust)
        reading = self._parts(self.reading)
        self._levels: FloatArray = np.ones(len(levers))
        self._readings = Readings(
            **{field: reading[n] for n, field in enumerate(FIELDS)},
            source_share=np.ones(sources),
            path_open=np.zeros(len(channels.paths), dtype=np.bool_),
            path_bit_per_s=np.zeros(len(channels.paths)),
            at_work=self._at_work,
            source_trust=trust[0],
            load_trust=trust[1],
            store_trust=trust[2],
            node_trust=trust[3],
            tank_trust=trust[4],
            store_sure=np.ones(stores, dtype=np.bool_),
            load_level=self._levels[:loads],
            source_level=self._levels[loads:],
            there=self.there,
        )

    def _parts(self, values: Any) -> tuple[Any, ...]:
        """Return the parts of an array over all channels, by table, as views."""
        return tuple(values[self.span[table]] for table in TABLES)

    def level(self, load: str) -> float:
        """Return the level that a load was commanded to before this tick."""
        return float(self._levels[self._levers.index(load)])

    def step(self, telemetry: Telemetry, sent: Mapping[str, float], dt_s: float) -> None:
        """Take a frame: fill `z`, `expected` and `reading`.

        Parameters
        ----------
        telemetry
            Of this tick.
        sent
            Level of every lever since the tick before.
        dt_s
            Since the tick before.
        """
        belief = self.belief
        tick = belief.tick(telemetry.t_s)
        np.concatenate(
            (
                telemetry.source_power_w,
                telemetry.load_power_w,
                telemetry.store_energy_j,
                telemetry.node_temperature_k,
                telemetry.tank_kg,
                telemetry.recorder_bit,
            ),
            out=self.reading,
        )
        with np.errstate(invalid="ignore"):
            possible = (self.reading >= self._least) & (self.reading <= self._most)
        self.impossible = np.flatnonzero(~possible & self._was_there)
        self.reading[~possible] = np.nan
        self._settle(telemetry)
        self._was_there = self.there[self.element]
        self._take_levels(sent)
        share = telemetry.source_share
        is_share = (share >= 0.0) & (share <= 1.0)
        self._readings.source_share[:] = np.where(is_share, share, np.nan)
        self._readings.path_open[:] = telemetry.path_open
        self._readings.path_bit_per_s[:] = belief.path_bit_per_s[tick]
        for place, pool in enumerate(belief.pools):
            self._at_work[place] = telemetry.at_work.get(pool, np.inf)
        expect(
            belief.plant,
            belief.sky.mean[tick],
            belief.sky.last[tick],
            self._readings,
            self.estimate,
            self.out,
            dt_s,
        )

    def _take_levels(self, sent: Mapping[str, float]) -> None:
        """Take the level of every lever; what has none stands at its normal one."""
        if len(sent) != len(self._keys) or self._keys != tuple(sent):
            self._keys = tuple(sent)
            place = {name: k for k, name in enumerate(self._keys)}
            found = [(k, place[name]) for k, name in enumerate(self._levers) if name in place]
            self._to = np.array([k for k, _ in found], dtype=np.int64)
            self._from = np.array([k for _, k in found], dtype=np.int64)
            self._levels[:] = [self._normal.get(name, 1.0) for name in self._levers]
        values = np.fromiter(sent.values(), dtype=np.float64, count=len(sent))
        self._levels[self._to] = values[self._from]

    def begin_anew(self, channel: int) -> None:
        """Believe a sensor again, and follow it from its next reading.

        Parameters
        ----------
        channel
            Its place among all channels.
        """
        self.trust[channel] = True
        for table, field in (("store", "store_j"), ("node", "node_k"), ("tank", "tank_kg")):
            span = self.span[table]
            if span.start <= channel < span.stop:
                getattr(self.estimate, field)[channel - span.start] = np.nan

    def doubt(self, elements: Collection[str], dead: Collection[str]) -> None:
        """Take account of what is wrong, from the next tick on.

        Parameters
        ----------
        elements
            The gauges of their stores are followed: what they take or give is not known.
        dead
            They tell by themselves that they are off: nothing is expected of them.
        """
        names = self.belief.channels.stores
        self._readings.store_sure[:] = [name.partition(".")[0] not in elements for name in names]
        self._works[:] = [element.name not in dead for element in self.belief.elements]

    def forget(self, *fields: str) -> None:
        """Begin anew from the next frame, with all or some fields: what was before is not known."""
        for name in fields or ("store_j", "node_k", "tank_kg", "recorder_bit", "heater_cold_k"):
            getattr(self.estimate, name)[:] = np.nan

    def _settle(self, telemetry: Telemetry) -> None:
        """Find which elements are there: planned to be, and seen to live if they came later."""
        planned = (self._from_t_s < telemetry.t_s) & (telemetry.t_s < self._until_t_s)
        late = planned & ~self._seen
        if late.any():
            begun = self._from_t_s < self.belief.start_t_s
            self._seen |= planned & begun
            alive = np.flatnonzero(np.nan_to_num(self.reading) > 0.0)
            nodes = self.span["node"]
            alive = alive[(alive < nodes.start) | (alive >= nodes.stop)]
            found = np.zeros(len(planned), dtype=np.bool_)
            found[self.element[alive]] = True
            self._seen |= planned & found
        np.logical_and(planned, self._seen, out=self.there)
        self.there &= self._works

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "estimate": {name: _plain(v) for name, v in self.estimate._asdict().items()},
            "out": {name: _plain(getattr(self.out, name)) for name in KEPT},
            "seen": self._seen.tolist(),
            "was_there": self._was_there.tolist(),
            "trust": self.trust.tolist(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        for name, values in state["estimate"].items():
            getattr(self.estimate, name)[:] = _array(values)
        for name, values in state["out"].items():
            getattr(self.out, name)[:] = _array(values)
        self._seen[:] = state["seen"]
        self._was_there = np.array(state["was_there"], dtype=np.bool_)
        self.trust[:] = state["trust"]


def _possible(plant: Plant) -> tuple[FloatArray, FloatArray]:
    """Return the least and the most that each channel can read, whatever is wrong with the part."""
    power_w = (plant.source_rated_w, plant.load_power_w)
    most = (
        *(np.where(rated_w > 0.0, OVER_POWER * rated_w, np.inf) for rated_w in power_w),
        OVER_FULL * plant.store_capacity_j,
        np.full(len(plant.node_element), HOTTEST_K),
        OVER_FULL * plant.tank_capacity_kg,
        OVER_FULL * plant.recorder_capacity_bit,
    )
    least = [np.zeros(len(part)) for part in most]
    least[3] += COLDEST_K
    # Noise about nothing.
    return np.concatenate(least) - 1e-6, np.concatenate(most) + 1e-6


def _plain(values: FloatArray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _array(values: list[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
