"""A relay as people name it on the command line: by altitudes and angles, or by a scenario."""

from math import ceil

import numpy as np

from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.ephemeris import Ephemeris
from moonstead.errors import InputError, Problem
from moonstead.maps.followed import Followed
from moonstead.orbits.kepler import Orbit, relay_position_moon_me_m, shape_of_altitudes
from moonstead.scenario.build import read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.flights import trajectory_of
from moonstead.units import DAY_S

MASK_DEG = 5.0
_TURN_S = 27.321661 * DAY_S  # sidereal month: the orbit passes over every longitude
_HIGHEST_KM = 6e4  # beyond, the Earth rules the orbit
_STEPS_PER_ORBIT, _LONGEST_STEP_S = 144, 600.0
_SCENARIO_STEP_S = 300.0
_FORM = (
    "write PERILUNE_KM,APOLUNE_KM,INCLINATION,PERILUNE_ARGUMENT[,NODE[,MEAN_ANOMALY]] (altitudes, "
    "degrees), such as 200,16000,62.4,90, or a scenario with a relay_orbiter"
)


def find_relay(
    text: str, mask_deg: float | None, start_t_s: float, ephemeris: Ephemeris
) -> Followed:
    """Return the way of a relay over the Moon, for whole orbits of at least a turn of the Moon.

    Parameters
    ----------
    text
        Elements, or the file or name of a scenario.
    mask_deg
        Least elevation; None for that of the scenario, or `MASK_DEG`.
    start_t_s
        TDB seconds past J2000, at which the elements hold.
    ephemeris
        Of the Moon's rotation.

    Raises
    ------
    InputError
        Where it is neither, or meets the ground, or the scenario has no relay.
    """
    numbers = _numbers(text)
    if numbers is None:
        return _of_scenario(text, mask_deg, start_t_s, ephemeris)
    low_km, high_km, inclination_deg, argument_deg, node_deg, anomaly_deg = numbers
    axis_m, eccentricity = shape_of_altitudes(low_km * 1e3, high_km * 1e3)
    orbit = Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=inclination_deg,
        ascending_node_deg=node_deg,
        perilune_argument_deg=argument_deg,
        mean_anomaly_deg=anomaly_deg,
        epoch_t_s=start_t_s,
    )
    steps = max(_STEPS_PER_ORBIT, ceil(orbit.period_s / _LONGEST_STEP_S))
    step_s = orbit.period_s / steps
    t_s = start_t_s + step_s * np.arange(steps * ceil(_TURN_S / orbit.period_s))
    rotation = ephemeris.rotation_icrf_to_moon_me(t_s)
    position_m = relay_position_moon_me_m(orbit, rotation[:, :, 0], rotation, t_s).T
    mask_deg = MASK_DEG if mask_deg is None else mask_deg
    words = (
        f"{low_km:g} by {high_km:g} km, inclination {inclination_deg:g}, perilune argument "
        f"{argument_deg:g} deg, two-body orbit over {len(t_s) * step_s / DAY_S:.1f} days, "
        f"above {mask_deg:g} deg"
    )
    return Followed(words, np.ascontiguousarray(position_m), step_s, mask_deg)


def _numbers(text: str) -> tuple[float, ...] | None:
    """Return six elements; None where the text is a name."""
    parts = text.split(",")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        if len(parts) == 1:
            return None
        values = []
    altitudes_are_right = all(0.0 < altitude_km <= _HIGHEST_KM for altitude_km in values[:2])
    if not 4 <= len(values) <= 6 or not altitudes_are_right or not np.isfinite(values).all():
        raise InputError(Problem("--relay", "", repr(text), _FORM))
    return tuple(values) + (0.0,) * (6 - len(values))


def _of_scenario(
    name: str, mask_deg: float | None, start_t_s: float, ephemeris: Ephemeris
) -> Followed:
    path = scenario_path(name)
    scenario, _ = read_scenario(path)
    relay = next((e for e in scenario.element if isinstance(e, RelayOrbiter)), None)
    if relay is None:
        raise InputError(Problem("--relay", "", name, f"has no relay_orbiter; {_FORM}"))
    end_t_s = start_t_s + _TURN_S
    flight = trajectory_of(relay, path, ephemeris, start_t_s, end_t_s)
    t_s = np.arange(start_t_s, end_t_s, _SCENARIO_STEP_S)
    rotation = ephemeris.rotation_icrf_to_moon_me(t_s)
    position_m = np.einsum("ijn,nj->ni", rotation, flight.state(t_s)[0])
    mask_deg = relay.min_elevation_deg if mask_deg is None else mask_deg
    words = (
        f"{relay.name} of {scenario.name} over {_TURN_S / DAY_S:.1f} days, above {mask_deg:g} deg"
    )
    return Followed(words, np.ascontiguousarray(position_m), _SCENARIO_STEP_S, mask_deg)
