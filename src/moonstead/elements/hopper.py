"""A hopper: flies from place to place on rockets, and works where it lands.

**Model.** A hop over the ground distance L on an airless sphere of radius r takes least speed on
the Keplerian arc with (angle a = L / r)

    v^2 = (mu / r) 2 sin(a / 2) / (1 + sin(a / 2)),    elevation at launch (pi - a) / 4

once to take off and once to land, with `margin_fraction` for gravity and hovering:

    dv = 2 v (1 + margin_fraction),   propellant = m (1 - exp(-dv / (Isp g0)))

with the mass m at full tanks, so that every hop is charged as much as the first. Fuel and oxidiser
leave their tanks in proportion `oxidiser_ratio` over `hop_duration_s`; a hop once begun is ended.
An activity of one hop lasts `hop_duration_s`.

**Assumptions.** Launch and landing at one height. The exhaust leaves the station.

**Limits.** Later hops, lighter, take less than is charged. No plume, no terrain on the way, no
change of what it sees: it keeps the sky of the site.

**Validation.** Speed and propellant against a numerical flight over the sphere (1e-6) and, for
short hops, against v^2 = g L; against the rocket equation of a whole tank. Tests:
`tests/elements/test_mobility.py`.

**Sources.** mu = 4902.800066 km3/s2, r = 1737.4 km. Tsiolkovsky. Chang'e 7's hopper: flights into a
shadowed crater, half a year (press). Hydrazine 230 s; storable bipropellants 290 to 320 s (class
values, assumption).
"""

from math import exp, pi, sin, sqrt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Converter, Flow, Load, Parts, Tank, joined
from moonstead.contracts import Priority
from moonstead.elements.vehicle import Vehicle
from moonstead.spec import Fraction, NotNegative, Positive

MOON_MU_M3_PER_S2 = 4902.800066e9
MOON_RADIUS_M = 1737.4e3
STANDARD_GRAVITY_M_PER_S2 = 9.80665


def hop_speed_m_per_s(range_m: float) -> float:
    """Return the least speed with which a ballistic arc over the Moon reaches a distance.

    Parameters
    ----------
    range_m
        Along the ground.
    """
    half = sin(range_m / MOON_RADIUS_M / 2.0)
    return sqrt(MOON_MU_M3_PER_S2 / MOON_RADIUS_M * 2.0 * half / (1.0 + half))


def shortest_hop_s(range_m: float) -> float:
    """Return the time of flight on that arc, by the flat-ground formula (a little short)."""
    gravity_m_per_s2 = MOON_MU_M3_PER_S2 / MOON_RADIUS_M**2
    elevation_rad = (pi - range_m / MOON_RADIUS_M) / 4.0
    return 2.0 * hop_speed_m_per_s(range_m) * sin(elevation_rad) / gravity_m_per_s2


class Hopper(Vehicle):
    """Rocket hopper."""

    type: Literal["hopper"]
    """Which element type this is."""
    propellant_kg: Positive
    """In full tanks; ``mass_kg`` is with it."""
    specific_impulse_s: Annotated[float, Field(gt=30.0, lt=500.0)]
    """Thrust per weight of propellant per second: hydrazine 230."""
    oxidiser_ratio: NotNegative = 0.0
    """Mass of oxidiser per mass of fuel; 0 for a single propellant."""
    range_m: Annotated[float, Field(gt=0.0, lt=2e6)]
    """Ground distance of a hop."""
    margin_fraction: Fraction = 0.3
    """Velocity for gravity losses, hovering and reserve, over the ballistic (assumption)."""
    hop_duration_s: Positive
    """From the commands to the checks after landing."""
    flight_power_w: Positive
    """Valves, sensors and computer during a hop, beside the avionics."""

    @model_validator(mode="after")
    def _can_hop(self) -> "Hopper":
        if self.propellant_kg >= self.mass_kg:
            raise ValueError("propellant_kg must be below mass_kg, which is with the propellant")
        if self.hop_propellant_kg() > self.propellant_kg:
            raise ValueError(
                f"one hop of this range takes {self.hop_propellant_kg():.4g} kg of propellant; "
                "give more propellant_kg or a shorter range_m"
            )
        flight_s = shortest_hop_s(self.range_m)
        if self.hop_duration_s < flight_s:
            raise ValueError(f"hop_duration_s must be at least the flight, {flight_s:.4g} s")
        return self

    def hop_propellant_kg(self) -> float:
        """Return what a hop takes at full tanks."""
        delta_v_m_per_s = 2.0 * hop_speed_m_per_s(self.range_m) * (1.0 + self.margin_fraction)
        exhaust_m_per_s = self.specific_impulse_s * STANDARD_GRAVITY_M_PER_S2
        return self.mass_kg * (1.0 - exp(-delta_v_m_per_s / exhaust_m_per_s))

    def parts(self) -> Parts:
        """Return its bus, battery, loads, tanks and engine."""
        fuel_share = 1.0 / (1.0 + self.oxidiser_ratio)
        tanks, flows = [], []
        for what, share in (("fuel", fuel_share), ("oxidiser", 1.0 - fuel_share)):
            if share <= 0.0:
                continue
            commodity, name = f"propellant-{what}", f"{self.name}.{what}"
            kg = share * self.propellant_kg
            rate = share * self.hop_propellant_kg() / self.hop_duration_s
            tanks.append(Tank(name=name, commodity=commodity, capacity_kg=kg, initial_kg=kg))
            flows.append(Flow(commodity=commodity, kg_per_s=-rate, tank=name))
            flows.append(Flow(commodity=commodity, kg_per_s=rate))
        hop = Load(
            name=f"{self.name}.hop",
            bus=self.name,
            node=self.name,
            power_w=self.flight_power_w,
            priority=Priority.MOBILITY,
        )
        engine = Converter(load=hop, flows=tuple(flows), min_run_s=self.hop_duration_s)
        own = Parts(tanks=tuple(tanks), converters=(engine,))
        return joined((self.vehicle_parts(), own))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during a hop."""
        return (f"{self.name}.hop", f"{self.name}.payload")
