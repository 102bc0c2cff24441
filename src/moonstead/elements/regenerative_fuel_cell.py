"""Regenerative fuel cell: an electrolyser and a fuel cell around one stock of reactants.

Energy is counted as the electric energy that the stored hydrogen and oxygen hold at the charge
side (electrolyser efficiency) and give back at the discharge side (fuel cell efficiency); their
product is the round trip, 45 to 55 % in Glenn studies (recall). Reactants do not leak.

Limits: no start-up time, no part-load curve.
"""

from typing import Literal

from moonstead.components import Parts
from moonstead.elements.battery import EnergyStore
from moonstead.elements.element import Kelvin


class RegenerativeFuelCell(EnergyStore):
    """Electrolyser, tanks and fuel cell."""

    type: Literal["regenerative_fuel_cell"]
    """Which element type this is."""
    order: int = 1
    """Stores of lower order are charged and discharged first."""
    charge_min_temperature_k: Kelvin = 275.0
    """Below this its water is frozen and the electrolyser stands still."""

    def parts(self) -> Parts:
        """Return the store, its node and its heater."""
        return self.store_parts(self.charge_min_temperature_k, 0.0)
