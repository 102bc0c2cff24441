"""What the station believes about itself: the model that the autonomy plans and guards with.

Everything here is knowledge that was sent up before the run (design figures, a forecast from the
ephemeris and the surveyed horizon). Nothing of it is read from the truth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from moonstead.contracts import BoolArray, Channels, FloatArray, Telemetry

FULL_FRACTION = 0.98
"""A tank that measures this full is full: its gauge has noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreModel:
    """An energy store on the main bus as designed."""

    name: str
    capacity_j: float
    floor_fraction: float
    charge_power_w: float
    discharge_power_w: float
    charge_efficiency: float
    discharge_efficiency: float
    self_discharge_per_s: float = 0.0
    from_t_s: float = -np.inf
    """When it is planned to be there."""
    until_t_s: float = np.inf

    @property
    def deliverable_j(self) -> float:
        """What it gives to the bus from full to floor."""
        return self.capacity_j * (1.0 - self.floor_fraction) * self.discharge_efficiency


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadModel:
    """A load, converter, transmitter or link that can be commanded."""

    name: str
    power_w: float
    priority: int
    """Of the shedding ladder: 1 is survival."""
    normal_level: float
    """Its level when nothing is being done: 1 for what is always on."""
    trickle_level: float = 0.0
    """Its level when shed: above 0 for a charger that keeps a parked rover alive."""
    responds: bool = True
    """Whether a level above 0 must show as power (a thermostat's need not)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioModel:
    """A transmitter, the path that it serves and the recorder that it empties."""

    load: str
    path: str
    recorder: int = 0
    """Its place in the telemetry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What a series of sessions comes after."""

    experiment: str
    sessions: int = 1
    """So many sessions of it must be done before."""
    gap_s: float = 0.0
    """From the end of the last of them, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignModel:
    """Experiments whose sessions are worth more together."""

    name: str
    rewards: tuple[float, ...]
    """Points for the first, second, ... session of it within one plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """Before or after the work of a session: its loads run in part."""

    duration_s: float
    level: float
    until_k: float | None = None
    """It is over as soon as `node` is so warm."""
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to do a session, such as a longer or a shorter sortie."""

    name: str = ""
    duration_s: float
    """Of the work."""
    power_w: float
    """In the work: on the main bus, with charging losses; below 0 where the session saves power."""
    data_rate_bit_per_s: float
    value: float
    level: float = 1.0
    """Of its loads in the work."""
    fills_kg: float = 0.0
    """What a session brings into the tank of the experiment."""
    preheat: Partial | None = None
    cool_down: Partial | None = None
    turnaround_s: float = 0.0
    """The element is not ready again for this long after a session: its battery recharges."""

    @property
    def stages(self) -> tuple[tuple[float, float], ...]:
        """Preheat, work and cool-down: duration (s) and share of the power of the work of each."""
        around = [
            (part.duration_s, part.level / self.level) if part else (0.0, 0.0)
            for part in (self.preheat, self.cool_down)
        ]
        return around[0], (self.duration_s, 1.0), around[1]

    @property
    def whole_s(self) -> float:
        """From the start of a session to its end."""
        return sum(duration_s for duration_s, _ in self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A series of sessions that a partner asks for."""

    name: str
    element: str
    """Does one session at a time."""
    partner: str
    loads: tuple[str, ...]
    ways: tuple[Way, ...]
    """At least one; a session is done in one of them."""
    sessions: int
    """Wanted over the whole run."""
    gap_s: float
    """From the end of one session to the start of the next, at least."""
    light: Literal["any", "lit", "dark"]
    earth: Literal["any", "visible", "hidden"]
    needs_contact: bool
    priority: int
    unplugs: tuple[str, ...] = ()
    """Links that are open while it runs, such as the charging cable of a rover that drives."""
    tank: str = ""
    """What it fills; a full tank ends it."""
    tank_capacity_kg: float = 0.0
    own_store: str = ""
    """A store that must be charged before a session, such as a rover's battery."""
    own_store_capacity_j: float = 0.0
    own_store_min_fraction: float = 0.0
    from_t_s: float = -np.inf
    """When its element is planned to work."""
    until_t_s: float = np.inf
    needs: tuple[tuple[str, float], ...] = ()
    """Working time that it takes: pool, and how many of it."""
    recorder: int = 0
    """Place of the recorder that takes its data, in the telemetry."""
    windows_t_s: tuple[tuple[float, float], ...] = ()
    """A session lies inside one of these (TDB seconds past J2000); none: at any time."""
    returns: float = 1.0
    """Each further session is worth this share of the one before."""
    halves_after_s: float = np.inf
    """A session is worth half as much so long after ``wanted_from_t_s``."""
    wanted_from_t_s: float = 0.0
    campaign: str = ""
    after: After | None = None
    mandatory: bool = False
    """Upkeep: before anything that can be left out."""

    @property
    def value(self) -> float:
        """The most that one session is worth."""
        return max(way.value for way in self.ways)

    def called(self, way: int) -> str:
        """Return what a schedule calls a session that is done in a way."""
        name = self.ways[way].name
        return f"{self.name}:{name}" if name else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is expected of the sky, in even slots; arrays of shape (n_slots,)."""

    start_t_s: float
    slot_s: float
    generation_w: FloatArray
    """On the main bus, as designed, of what is planned to be there."""
    survival_power_w: FloatArray
    """What the main bus must carry in the dark with everything else shed."""
    base_power_w: FloatArray
    """What it carries when nothing is being done."""
    capacity_j: FloatArray
    """What the stores of the main bus that are planned to be there can deliver, full."""
    lit: BoolArray
    """Some of the Sun in view during the whole slot."""
    dark: BoolArray
    """None of the Sun in view during the whole slot."""
    earth_visible: BoolArray
    earth_hidden: BoolArray
    contact: BoolArray
    """A path to Earth open from end to end during the whole slot."""
    drain_bit_per_s: FloatArray
    """(n_recorders, n_slots) mean rate of the best way out of each, less what is always written."""
    pools: Mapping[str, FloatArray] = field(default_factory=dict)
    """How many of each pool of working time are planned to be at work during the whole slot."""

    def slot(self, t_s: float) -> int:
        """Return the slot that an instant is in, kept inside the forecast."""
        slot = int((t_s - self.start_t_s) // self.slot_s)
        return min(max(slot, 0), len(self.generation_w) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationModel:
    """Everything that the station believes about itself."""

    channels: Channels
    stores: tuple[StoreModel, ...]
    """On the main bus, in their order of dispatch."""
    loads: tuple[LoadModel, ...]
    radios: tuple[RadioModel, ...]
    experiments: tuple[Experiment, ...]
    recorder_limits_bit: tuple[float, ...]
    """In the order of the telemetry."""
    forecast: Forecast
    campaigns: tuple[CampaignModel, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    """What part of the points each partner may expect; the points of others are not weighed."""
    keeps_all_data: bool = True
    """Level D2 (ECSS-E-ST-70-11C): plans fill no recorder, and what is stored for few points gives
    room where Earth is silent (`moonstead.autonomy.giving_up`). At D1 plans do not look, and a
    session ends where a recorder has room for essential data only."""
    is_cut_off: bool = False
    """A path to Earth is silent that should not be: nobody knows for how long, nor what else is."""
    sink_temperature_k: float = 100.0
    """Of what elements radiate to, as expected."""

    def store_index(self) -> tuple[int, ...]:
        """Return where the stores of the main bus are in the telemetry."""
        return tuple(self.channels.stores.index(store.name) for store in self.stores)

    def is_tank_full(self, experiment: Experiment, telemetry: Telemetry) -> bool:
        """Return whether what an experiment fills is full, as measured."""
        if not experiment.tank:
            return False
        filling_kg = telemetry.tank_kg[self.channels.tanks.index(experiment.tank)]
        return bool(filling_kg >= FULL_FRACTION * experiment.tank_capacity_kg)

    def sessions_that_fit(
        self, experiment: Experiment, telemetry: Telemetry, running: Iterable[Way] = ()
    ) -> float:
        """Return how many more sessions the tank of an experiment has room for.

        Parameters
        ----------
        experiment, telemetry
            What fills the tank, and what is measured of it.
        running
            Ways of its sessions that are under way, counted as if nothing of them were there yet.
        """
        least_kg = min(way.fills_kg for way in experiment.ways)
        if not experiment.tank or least_kg <= 0.0:
            return 0.0 if self.is_tank_full(experiment, telemetry) else np.inf
        filling_kg = float(telemetry.tank_kg[self.channels.tanks.index(experiment.tank)])
        room_kg = FULL_FRACTION * experiment.tank_capacity_kg - filling_kg
        room_kg -= sum(way.fills_kg for way in running)
        return max(room_kg, 0.0) // least_kg


def conditions(forecast: Forecast, experiment: Experiment) -> BoolArray:
    """Return in which slots the sky is expected to suit an experiment."""
    suits = np.ones(len(forecast.lit), dtype=np.bool_)
    if experiment.light != "any":
        suits &= forecast.lit if experiment.light == "lit" else forecast.dark
    if experiment.earth != "any":
        suits &= forecast.earth_visible if experiment.earth == "visible" else forecast.earth_hidden
    if experiment.needs_contact:
        suits &= forecast.contact
    for pool, amount in experiment.needs:
        suits &= forecast.pools[pool] >= amount
    start_t_s = forecast.start_t_s + forecast.slot_s * np.arange(len(suits))
    end_t_s = start_t_s + forecast.slot_s
    suits &= (start_t_s >= experiment.from_t_s) & (end_t_s <= experiment.until_t_s)
    if experiment.windows_t_s:
        inside = [(start_t_s >= a) & (end_t_s <= b) for a, b in experiment.windows_t_s]
        suits &= np.logical_or.reduce(inside)
    return suits
