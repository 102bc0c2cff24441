"""What it takes to hold an orbit: propellant, spread evenly over the year."""

from moonstead.components import Converter, Flow, Load, Parts, Tank
from moonstead.contracts import Priority
from moonstead.spec import Positive, Spec
from moonstead.units import JULIAN_YEAR_S

STANDARD_GRAVITY_M_PER_S2 = 9.80665
PROPELLANT = "propellant-fuel"


class Upkeep(Spec):
    """Station keeping of a held orbit: what it costs, and the propellant there is."""

    delta_v_m_per_s_per_year: Positive
    """Sum of all burns of a year; `moonstead orbit NAME` computes it."""
    propellant_kg: Positive
    """In its full tank at the start, part of ``mass_kg``."""
    specific_impulse_s: Positive = 220.0
    """Thrust per weight of propellant per second (hydrazine; Queqiao-1)."""

    def kg_per_s(self, mass_kg: float) -> float:
        """Return what is burnt on average, of an orbiter as heavy as at the start.

        Parameters
        ----------
        mass_kg
            With all of its propellant.
        """
        exhaust_m_per_s = self.specific_impulse_s * STANDARD_GRAVITY_M_PER_S2
        return mass_kg * self.delta_v_m_per_s_per_year / exhaust_m_per_s / JULIAN_YEAR_S

    def parts(self, name: str, mass_kg: float) -> Parts:
        """Return tank and engine of the orbiter called ``name``; they take no power."""
        tank = f"{name}.propellant"
        burnt = self.kg_per_s(mass_kg)
        engine = Load(
            name=f"{name}.engine",
            bus="",
            node="",
            power_w=0.0,
            priority=Priority.SURVIVAL,
            initial_level=1.0,
            divisible=True,
        )
        return Parts(
            tanks=(
                Tank(
                    name=tank,
                    commodity=PROPELLANT,
                    capacity_kg=self.propellant_kg,
                    initial_kg=self.propellant_kg,
                ),
            ),
            converters=(
                Converter(
                    load=engine,
                    flows=(
                        Flow(commodity=PROPELLANT, kg_per_s=-burnt, tank=tank),
                        Flow(commodity=PROPELLANT, kg_per_s=burnt),
                    ),
                ),
            ),
        )

    def remedy(self, motion: str, mass_kg: float) -> str:
        """Return what would be right, or nothing where nothing is wrong."""
        if motion == "free":
            return 'a free orbit takes no propellant: give motion = "held", or leave it out'
        if self.propellant_kg >= mass_kg:
            return f"propellant_kg is part of mass_kg: it must be below {mass_kg:g} kg"
        return ""
