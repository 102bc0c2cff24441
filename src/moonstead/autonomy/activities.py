"""From a planned session to an activity of the executive: what it sets, waits for and watches."""

from moonstead.autonomy.executive.activity import (
    Activity,
    Hold,
    Maintain,
    Phase,
    Setting,
    Stage,
    Take,
    Window,
)
from moonstead.autonomy.executive.conditions import Condition, Kind
from moonstead.autonomy.model import FULL_FRACTION, Experiment, Partial, StationModel, Way
from moonstead.autonomy.planning.requests import Session, gap_unit
from moonstead.units import HOUR_S

EARLY_S = 0.5 * HOUR_S
"""So much before its planned time a session may start, where energy is to spare."""
LATE_S = 4 * HOUR_S
"""How long a session waits for its conditions before it is given up."""
GRACE_S = 0.5 * HOUR_S
"""How long a condition may fail while a session runs."""
NO_RESPONSE_S = 0.5 * HOUR_S
"""How long a load may be commanded on without drawing power."""
RESPONSE_FRACTION = 0.1
"""Less than this share of its power is no response."""
WORKED_FRACTION = 0.5
"""A session in which it worked for less than this share of the time is not done."""
SCIENCE_FRACTION = 0.7
"""At level D1 science fills a recorder to this at most: the rest is for essential data. More room
than where the guard trims (20 %), so that science alone never changes the mode."""
LONGEST = 1.1
"""A phase is broken off after this many times what it takes as planned."""
LONGEST_WARMING = 3.0
"""The same where it ends by a temperature: heating is what is least well known."""

_SKY = {
    ("light", "lit"): Kind.LIT,
    ("light", "dark"): Kind.DARK,
    ("earth", "visible"): Kind.EARTH_SEEN,
    ("earth", "hidden"): Kind.EARTH_HIDDEN,
}


def activity_of(
    model: StationModel, session: Session, name: str, after: tuple[Condition, ...] = ()
) -> Activity:
    """Return the activity that carries out a planned session.

    Parameters
    ----------
    model
        What the station believes of itself.
    session
        As planned.
    name
        The id of the activity, unique in a run.
    after
        What must have been done before.
    """
    experiment = model.experiments[session.experiment]
    way = experiment.ways[session.way]
    sky = _sky(experiment)
    full = (*_not_full(experiment), *_beside_essential(model, experiment, way))
    kept = tuple(Maintain(condition=condition, grace_s=GRACE_S) for condition in sky)
    kept += tuple(Maintain(condition=condition) for condition in full)
    working = tuple(
        Maintain(condition=condition, grace_s=NO_RESPONSE_S)
        for condition in _responses(model, experiment, way)
    )
    charged: tuple[Condition, ...] = ()
    if experiment.own_store:
        least_j = experiment.own_store_min_fraction * experiment.own_store_capacity_j
        charged = (Condition(Kind.STORE_AT_LEAST, experiment.own_store, least_j),)
    phases = [
        _partly(experiment, way, Stage.PREHEAT, way.preheat, kept),
        Phase(
            stage=Stage.MAIN,
            settings=_settings(experiment, way.level),
            expected_s=way.duration_s,
            longest_s=LONGEST * way.duration_s,
            maintain=kept + working,
            power_w=way.power_w,
        ),
        _partly(experiment, way, Stage.COOL_DOWN, way.cool_down, ()),
    ]
    return Activity(
        id=name,
        request=experiment.name,
        partner=experiment.partner,
        priority=experiment.priority,
        element=experiment.element,
        window=Window(
            max(session.start_t_s - EARLY_S, 0.0), session.start_t_s, session.start_t_s + LATE_S
        ),
        phases=tuple(phase for phase in phases if phase is not None),
        holds=(
            Hold(experiment.element, after_s=way.turnaround_s),
            Hold(gap_unit(experiment.name), after_s=experiment.gap_s),
        ),
        takes=tuple(Take(pool, amount) for pool, amount in experiment.needs),
        start=(*sky, *full, *charged, *after),
        post=(Condition(Kind.WORKED_AT_LEAST, "", WORKED_FRACTION),),
    )


def _settings(experiment: Experiment, level: float) -> tuple[Setting, ...]:
    on = tuple(Setting(load, level) for load in experiment.loads)
    return on + tuple(Setting(link, 0.0) for link in experiment.unplugs)


def _partly(
    experiment: Experiment,
    way: Way,
    stage: Stage,
    part: Partial | None,
    kept: tuple[Maintain, ...],
) -> Phase | None:
    """Return the phase before or after the work, where there is one."""
    if part is None:
        return None
    warm: tuple[Condition, ...] = ()
    if part.until_k is not None:
        warm = (Condition(Kind.NODE_AT_LEAST, part.node, part.until_k),)
    return Phase(
        stage=stage,
        settings=_settings(experiment, part.level),
        expected_s=part.duration_s,
        longest_s=(LONGEST_WARMING if warm else LONGEST) * part.duration_s,
        until=warm,
        maintain=kept,
        power_w=way.power_w * part.level / way.level,
    )


def _sky(experiment: Experiment) -> tuple[Condition, ...]:
    wanted = [("light", experiment.light), ("earth", experiment.earth)]
    found = [Condition(_SKY[key]) for key in wanted if key in _SKY]
    if experiment.needs_contact:
        found.append(Condition(Kind.CONTACT))
    return tuple(found)


def _not_full(experiment: Experiment) -> tuple[Condition, ...]:
    if not experiment.tank:
        return ()
    most_kg = FULL_FRACTION * experiment.tank_capacity_kg
    return (Condition(Kind.TANK_AT_MOST, experiment.tank, most_kg),)


def _beside_essential(
    model: StationModel, experiment: Experiment, way: Way
) -> tuple[Condition, ...]:
    """Return that there is room: besides that for essential data, where no plan sees to that."""
    if way.data_rate_bit_per_s <= 0.0:
        return ()
    most = FULL_FRACTION if model.keeps_all_data else SCIENCE_FRACTION
    most_bit = most * model.recorder_limits_bit[experiment.recorder]
    name = model.channels.recorders[experiment.recorder]
    return (Condition(Kind.RECORDER_AT_MOST, name, most_bit),)


def _responses(model: StationModel, experiment: Experiment, way: Way) -> tuple[Condition, ...]:
    """Return that every load that must show as power does."""
    loads = {load.name: load for load in model.loads}
    return tuple(
        Condition(Kind.LOAD_AT_LEAST, name, RESPONSE_FRACTION * way.level * loads[name].power_w)
        for name in experiment.loads
        if way.level > 0.0 and loads[name].responds and loads[name].power_w > 0.0
    )
