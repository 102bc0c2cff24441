"""Liquefier: cools a gas to its liquid and fills a cryogenic tank.

**Model.** A kilogram takes the ideal work of liquefaction w_i divided by the share f of it that the
machine reaches (its figure of merit). The heat taken out of the gas, and the work, are the plant's
to reject: Q = w_i / f + (h_gas - h_liquid).

**Assumptions.** Gas comes at 300 K and 1 bar.

**Limits.** No part-load curve but the idle share; the figure of merit does not change with the
temperature at which heat is rejected. Boil-off of the tank is not caught: it is made up.

**Validation.** The ideal works against a Carnot machine that takes the heats out one by one
(`tests/elements/test_utilisation.py::test_no_liquid_below_the_ideal_work`).

**Sources.** Ideal work and heat from 300 K and 1 atm: Barron, Cryogenic Systems (2nd ed., 1985),
table 3.1 (recall). Figure of merit 0.1 to 0.3 for small machines (assumption).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Flow, Parts
from moonstead.elements.plant import Producer
from moonstead.elements.tank import TankName
from moonstead.spec import Positive

IDEAL: dict[str, tuple[float, float]] = {
    "oxygen": (635.6e3, 407.1e3),
    "nitrogen": (768.1e3, 433.1e3),
    "methane": (1091.0e3, 915.5e3),
    "hydrogen": (12019.0e3, 4485.0e3),
}
"""Ideal work and heat to be taken out (J/kg), from gas at 300 K and 1 atm to boiling liquid."""


class Liquefier(Producer):
    """Cold machine between a tank of gas and a tank of liquid."""

    type: Literal["liquefier"]
    """Which element type this is."""
    power_w: Positive
    """At full rate."""
    commodity: Literal["oxygen", "nitrogen", "methane", "hydrogen"]
    """What it liquefies."""
    carnot_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.15
    """Ideal work by real work (assumption)."""
    gas_tank: TankName
    """Where the gas comes from."""
    liquid_tank: TankName
    """Where the liquid goes."""

    @property
    def specific_energy_j_per_kg(self) -> float:
        """Electric energy per kilogram of liquid."""
        return IDEAL[self.commodity][0] / self.carnot_fraction

    def parts(self) -> Parts:
        """Return its machine and its thermal node."""
        rate = self.power_w / self.specific_energy_j_per_kg
        flows = (
            Flow(commodity=self.commodity, kg_per_s=-rate, tank=self.gas_tank),
            Flow(commodity=self.commodity, kg_per_s=rate, tank=self.liquid_tank),
        )
        heat_w = rate * IDEAL[self.commodity][1]
        return self.plant_parts(
            (
                self.working(
                    "machine", self.power_w, flows, reaction_heat_w=heat_w, on=self.always_on
                ),
            )
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it liquefies; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.machine",)
