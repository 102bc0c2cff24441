"""Lander: a landed stage with the propellant and the engine that lift people off again.

**Model.** An ascent stage of dry mass m with propellant p reaches v = I g0 ln(1 + p / m) with the
specific impulse I; its tanks must hold enough for the ascent asked for, m (exp(v / (I g0)) - 1).
Fuel and oxidiser lie in two tanks, ``NAME.fuel`` and ``NAME.oxidiser``, at the mixture ratio.
Cryogenic ones boil off by conductance from the lander's node. Avionics are always on.

**Assumptions.** Boil-off is vented. Dry mass is all that lifts off without propellant: stage, crew,
samples.

**Limits.** It does not lift off: give ``retires`` the date of departure, and read what the tanks
hold then. Plume and landing are not simulated. Residuals and reserve are in the dry mass and the
velocity asked for.

**Validation.** Apollo's lunar module by the same equation, more than the 1846 m/s (6055.7 ft/s)
planned for its ascent (`tests/elements/test_transport.py::test_the_lunar_module_lifts_off`).

**Sources.** Surface to low orbit 1968 m/s and rendezvous 45 m/s: open review PMC7385728, table 4.
Ascent engine 311 s, 4.5 t at lift-off, 2.3 t of it propellant, mixture 1.6: ascent propulsion
system of the lunar module (Bartlett et al. 1966, NASA); 6055.7 ft/s: Bennett, Apollo experience
report.
"""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts, Tank
from moonstead.elements.element import Element, Thermal, always_on, heater, thermal_node
from moonstead.elements.tank import CRYOGENS, boiling
from moonstead.spec import Fraction, Name, NotNegative, Positive, Spec

STANDARD_GRAVITY_M_PER_S2 = 9.80665
PROPELLANTS = {
    "storable": ("propellant-fuel", "propellant-oxidiser"),
    "methane-oxygen": ("methane", "oxygen"),
    "hydrogen-oxygen": ("hydrogen", "oxygen"),
}
"""Commodities of fuel and oxidiser."""


class AscentStage(Spec):
    """What lifts off."""

    dry_kg: Positive
    """All that lifts off without propellant."""
    propellants: Literal["storable", "methane-oxygen", "hydrogen-oxygen"]
    """What it burns."""
    capacity_kg: Positive
    """Propellant that its tanks hold."""
    filled_fraction: Fraction = 1.0
    """Of the tanks on arrival: 0 for one to be filled on the Moon."""
    oxidiser_to_fuel: Positive
    """Mixture ratio by mass."""
    specific_impulse_s: Annotated[float, Field(gt=0.0, le=500.0)]
    """In vacuum."""
    delta_v_m_per_s: Positive = 2013.0
    """Asked for: to low orbit and rendezvous (PMC7385728, table 4)."""
    fuel_conductance_w_per_k: NotNegative = 0.0
    """Of the insulation of a cryogenic fuel tank."""
    oxidiser_conductance_w_per_k: NotNegative = 0.0
    """Of the insulation of a cryogenic oxidiser tank."""

    @property
    def needed_kg(self) -> float:
        """Propellant for the ascent asked for."""
        exhaust_m_per_s = self.specific_impulse_s * STANDARD_GRAVITY_M_PER_S2
        return self.dry_kg * math.expm1(self.delta_v_m_per_s / exhaust_m_per_s)

    @model_validator(mode="after")
    def _possible(self) -> "AscentStage":
        if self.capacity_kg < self.needed_kg:
            raise ValueError(
                f"capacity_kg must be at least {self.needed_kg:.0f} kg: by the rocket equation "
                f"{self.capacity_kg:g} kg do not reach {self.delta_v_m_per_s:g} m/s"
            )
        commodities = PROPELLANTS[self.propellants]
        given = (self.fuel_conductance_w_per_k, self.oxidiser_conductance_w_per_k)
        if any(w > 0.0 and c not in CRYOGENS for c, w in zip(commodities, given, strict=True)):
            raise ValueError("storable propellants do not boil off: leave the conductances out")
        return self

    def tanks(self, name: str) -> tuple[Tank, Tank]:
        """Return its tanks, with the node ``name`` as their wall."""
        fuel_kg = self.capacity_kg / (1.0 + self.oxidiser_to_fuel)
        fuel, oxidiser = PROPELLANTS[self.propellants]

        def tank(part: str, commodity: str, kg: float, conductance_w_per_k: float) -> Tank:
            boils = conductance_w_per_k > 0.0
            return Tank(
                name=f"{name}.{part}",
                commodity=commodity,
                capacity_kg=kg,
                initial_kg=kg * self.filled_fraction,
                boil_off=boiling(commodity, name, conductance_w_per_k) if boils else None,
            )

        return (
            tank("fuel", fuel, fuel_kg, self.fuel_conductance_w_per_k),
            tank(
                "oxidiser", oxidiser, self.capacity_kg - fuel_kg, self.oxidiser_conductance_w_per_k
            ),
        )


class Lander(Element):
    """Crew or cargo lander that leaves again."""

    type: Literal["lander"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    avionics_power_w: Positive
    """Computer, valves and receivers: always on."""
    ascent: AscentStage
    """What lifts off."""
    thermal: Thermal
    """How it keeps warm."""

    @model_validator(mode="after")
    def _heavy_enough(self) -> "Lander":
        least = self.ascent.dry_kg + self.ascent.capacity_kg * self.ascent.filled_fraction
        if self.mass_kg < least:
            raise ValueError(f"mass_kg must be at least {least:g} kg, what the ascent stage weighs")
        return self

    def parts(self) -> Parts:
        """Return its avionics, tanks and thermal node."""
        avionics = always_on(f"{self.name}.avionics", self.bus, self.name, self.avionics_power_w)
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(avionics, *heater(self.name, self.bus, self.thermal)),
            tanks=self.ascent.tanks(self.name),
        )
