"""A regenerative fuel cell: an electrolyser and a fuel cell around stocks of real reactants.

**Model.** Energy is stored as hydrogen and oxygen, counted by the enthalpy of forming liquid
water, 285.83 kJ/mol. A joule stored takes 63.0 ug of water apart,

    H2O -> H2 + 1/2 O2,   18.015 g = 2.016 g + 15.999 g for 285.83 kJ

so that a kilowatt hour is 0.227 kg of water. `charge_efficiency` is the electrolyser's, enthalpy
stored per electric energy; `discharge_efficiency` the fuel cell's, electric energy per enthalpy.
Their product is the round trip; the rest warms its node. It charges while there is water and
room, and discharges while there are both gases. Its tanks are its own (`NAME.hydrogen`,
`NAME.oxygen`, `NAME.water`), or tanks of the station: oxygen that a plant makes can be burnt, and
oxygen that it made can be breathed.

**Assumptions.** One efficiency each way, from zero power to the limits. Gases stay gases: tanks
are given by mass, and pressure is theirs. Reactants do not leak out of its own tanks.

**Limits.** No start-up time, no part-load curve, no loss of gas through the membrane.

**Validation.** Mass of water taken apart per kilowatt hour and the closing of the three masses
against the atomic weights of CIAAW; a fuel cell above 83.0 % (the free energy of water over its
enthalpy, 237.13 / 285.83) is refused, as is an electrolyser above 100 % of the enthalpy; round
trip of the example 50 %, of 45 to 55 % in Glenn's studies (recall). Tests:
`tests/elements/test_power.py`.

**Sources.** CODATA key values: enthalpy of formation of liquid water -285.83 kJ/mol; free energy
-237.13 kJ/mol at 298.15 K. Atomic weights: H 1.008, O 15.999. NASA Glenn: full-system tests 2025
and 2026, no figures published; 300 to 600 Wh/kg and 45 to 55 % in its studies (recall).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Parts, Reactant, Tank, joined
from moonstead.elements.battery import EnergyStore
from moonstead.elements.element import Kelvin
from moonstead.elements.tank import TankName

WATER_ENTHALPY_J_PER_MOL = 285.83e3
"""Higher heating value of hydrogen (CODATA)."""
WATER_FREE_ENERGY_J_PER_MOL = 237.13e3
"""At 298.15 K (CODATA): no fuel cell gives more."""
HYDROGEN_KG_PER_MOL = 2.016e-3
OXYGEN_KG_PER_MOL = 15.999e-3
"""Of the half mole of O2 in a mole of water."""


class RegenerativeFuelCell(EnergyStore):
    """Electrolyser, tanks and fuel cell."""

    type: Literal["regenerative_fuel_cell"]
    """Which element type this is."""
    order: int = 1
    """Stores of lower order are charged and discharged first."""
    discharge_efficiency: Annotated[
        float, Field(gt=0.0, le=WATER_FREE_ENERGY_J_PER_MOL / WATER_ENTHALPY_J_PER_MOL)
    ]
    """Electric energy of the fuel cell per enthalpy; the free energy of water allows 83 %."""
    charge_min_temperature_k: Kelvin = 275.0
    """Below this its water is frozen and the electrolyser stands still."""
    hydrogen_tank: TankName | None = None
    """A tank of the station for hydrogen; its own where none is named."""
    oxygen_tank: TankName | None = None
    """A tank of the station for oxygen; its own where none is named."""
    water_tank: TankName | None = None
    """A tank of the station for water; its own where none is named."""

    def parts(self) -> Parts:
        """Return the store, its tanks, its node and its heater."""
        water_kg_per_mol = HYDROGEN_KG_PER_MOL + OXYGEN_KG_PER_MOL
        stocks = (
            ("hydrogen", self.hydrogen_tank, HYDROGEN_KG_PER_MOL, self.initial_fraction),
            ("oxygen", self.oxygen_tank, OXYGEN_KG_PER_MOL, self.initial_fraction),
            ("water", self.water_tank, -water_kg_per_mol, 1.0 - self.initial_fraction),
        )
        reactants = []
        tanks = []
        for commodity, shared, kg_per_mol, filling in stocks:
            kg_per_j = kg_per_mol / WATER_ENTHALPY_J_PER_MOL
            tank = shared or f"{self.name}.{commodity}"
            reactants.append(Reactant(tank=tank, commodity=commodity, kg_per_j=kg_per_j))
            if shared is None:
                capacity_kg = abs(kg_per_j) * self.capacity_j
                tanks.append(
                    Tank(
                        name=tank,
                        commodity=commodity,
                        capacity_kg=capacity_kg,
                        initial_kg=filling * capacity_kg,
                    )
                )
        store = self.store_parts(self.charge_min_temperature_k, 0.0, tuple(reactants))
        return joined((store, Parts(tanks=tuple(tanks))))
