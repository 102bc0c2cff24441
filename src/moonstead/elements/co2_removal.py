"""Carbon dioxide removal: takes carbon dioxide out of a habitat's air.

**Model.** At full rate it takes a given mass per second from the habitat's air and gives it to an
accumulator; without one it is vented. Energy per kilogram as given.

**Assumptions.** It removes whatever there is up to its rate, however thin.

**Limits.** No adsorption beds, no cycles, no loss of air or water with what is vented. Where the
accumulator is full nothing is removed, so give it a relief valve: a `sabatier` takes no more than
about half.

**Validation.** Storing takes at least R T ln(p / p_cabin) / M, 0.28 MJ/kg from 667 Pa to one
atmosphere
(`tests/elements/test_life_support.py::test_no_air_is_separated_below_the_work_of_mixing`).

**Sources.** Bed machines of the ISS take about 0.9 kW for 4 kg a day (recall). 667 Pa is 5 mmHg,
the class of limits for long flights (recall).
"""

import math
from typing import Annotated, Literal

from pydantic import model_validator

from moonstead.components import Flow, Parts
from moonstead.elements.chemistry import below_floor, molar_mass_kg
from moonstead.elements.habitat import GAS_J_PER_MOL_K
from moonstead.elements.plant import Plant
from moonstead.elements.tank import TankName
from moonstead.spec import Name, Positive, RefersTo

CABIN_K = 295.0
CABIN_PA = 667.0
STORED_PA = 101325.0
SEPARATION_J_PER_KG = (
    GAS_J_PER_MOL_K * CABIN_K * math.log(STORED_PA / CABIN_PA) / molar_mass_kg("CO2")
)


class Co2Removal(Plant):
    """Molecular sieve or amine beds."""

    type: Literal["co2_removal"]
    """Which element type this is."""
    habitat: Annotated[Name, RefersTo("element")]
    """Whose air it cleans."""
    rate_kg_per_s: Positive
    """Carbon dioxide at full rate; a person makes 1.04 kg a day."""
    specific_energy_j_per_kg: Positive
    """From the bus per kilogram of carbon dioxide."""
    carbon_dioxide_tank: TankName | None = None
    """The accumulator; all is vented where none is named."""

    @model_validator(mode="after")
    def _possible(self) -> "Co2Removal":
        given = self.specific_energy_j_per_kg
        if self.carbon_dioxide_tank and given < SEPARATION_J_PER_KG:
            why = "the work of taking it out of a mixture and to one atmosphere"
            raise ValueError(
                below_floor("specific_energy_j_per_kg", given, SEPARATION_J_PER_KG, why)
            )
        return self

    def parts(self) -> Parts:
        """Return its beds and its thermal node."""
        what = "carbon-dioxide"
        flows = (
            Flow(commodity=what, kg_per_s=-self.rate_kg_per_s, tank=f"{self.habitat}.{what}"),
            Flow(commodity=what, kg_per_s=self.rate_kg_per_s, tank=self.carbon_dioxide_tank or ""),
        )
        power_w = self.rate_kg_per_s * self.specific_energy_j_per_kg
        return self.plant_parts((self.working("beds", power_w, flows, vital=True),))
