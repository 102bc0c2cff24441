"""A hub with as much power as wanted, elements beside it, and what tanks hold then."""

from collections.abc import Iterable

import numpy as np
from made_elements import simulator, sky, small_hub

from moonstead.components import Parts, Source, joined
from moonstead.elements.element import Constant, Element
from moonstead.simulation.simulator import Simulator

DAY_S = 86400.0


def run_for(
    elements: Iterable[Element],
    seconds: float,
    dt_s: float,
    *,
    on: Iterable[str] = (),
    power_w: float = 1e7,
) -> Simulator:
    """Return the simulator of these elements after a time, with some loads switched on."""
    plant = Source(name="hub.plant", bus="main", node="hub", available_w=Constant(power_w))
    n_steps = round(seconds / dt_s)
    series = sky(n_steps, elapsed_s=0.0)
    series["elapsed_s"] = dt_s * np.arange(n_steps)
    own = (small_hub().all_parts(), Parts(sources=(plant,)))
    parts = joined([*own, *(made.all_parts() for made in elements)])
    made = simulator(parts, series, dt_s)
    for name in on:
        made.state.load_level[made.station.names.loads.index(name)] = 1.0
    made.advance(0, n_steps, made.new_output(n_steps), 0)
    return made


def kg(made: Simulator, tank: str) -> float:
    """Return what a tank holds now."""
    return float(made.state.tank_kg[made.station.names.tanks.index(tank)])


def gained_kg(made: Simulator, tank: str) -> float:
    """Return what a tank holds more than at the start."""
    i = made.station.names.tanks.index(tank)
    return float(made.state.tank_kg[i] - made.begin.tank_kg[i])


def taken_j(made: Simulator, load: str) -> float:
    """Return the energy that a load has taken."""
    return float(made.ledger.load_used_j[made.station.names.loads.index(load)])
