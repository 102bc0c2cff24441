"""Airlock with suits: what an excursion on foot costs.

**Model.** An excursion of a given length takes, spread evenly over it: a share of the lock's air, p
V M / (R T) of each gas; oxygen that the suits leak; water that their sublimators boil off to carry
away body heat and the heat of the suit's machines, Q t / L; and what bodies take and give more than
the crew's mean, in proportion to the heat they make. It needs as many people as there are suits,
from the pool `crew`.

**Assumptions.** Carbon dioxide of the suits comes back to the cabin with their cartridges. The
crew's own metabolism goes on at its mean in the `crew` element, and only the excess is added here.

Assembly, repair or cleaning by crew that names the airlock takes what an excursion takes, in
proportion to persons and time, and waits where the habitat has not got it.

**Limits.** Suits do not limit how many work outside at once, and a piece of work shorter than an
excursion loses only its share of the lock's air. No dust, no prebreathing, no emergency.

**Validation.** The sublimator's water for seven hours from the heat alone is 4.0 kg a suit (3.5 to
4 by recall), and an excursion against the sum by hand
(`tests/elements/test_life_support.py::test_a_sublimator_boils_off_its_heat`,
`tests/elements/test_life_support.py::test_an_excursion_costs_air_water_and_oxygen`).

**Sources.** Suit leak 0.005 kg/h (BVAD 5.2.2), 7 h at 293 W (NASA), 10 % of a lock of 3.7 to 5 m3
lost (recall). Heat of vaporisation of water at 0 degrees 2.50 MJ/kg (steam tables).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Converter, Flow, Load, Need, Parts
from moonstead.contracts import Priority
from moonstead.elements.chemistry import molar_mass_kg
from moonstead.elements.element import Element, Kelvin
from moonstead.elements.habitat import GAS_J_PER_MOL_K
from moonstead.elements.metabolism import HEAT_W, body_flows
from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo
from moonstead.units import HOUR_S

SUBLIMATOR_J_PER_KG = 2.50e6


def added(flows: Iterable[Flow]) -> tuple[Flow, ...]:
    """Return one flow for each tank and commodity, none of them zero."""
    rates: dict[tuple[str, str], float] = {}
    for flow in flows:
        where = (flow.commodity, flow.tank)
        rates[where] = rates.get(where, 0.0) + flow.kg_per_s
    return tuple(
        Flow(commodity=commodity, kg_per_s=rate, tank=tank)
        for (commodity, tank), rate in rates.items()
        if rate != 0.0
    )


class Airlock(Element):
    """Lock chamber and the suits in it."""

    type: Literal["airlock"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    habitat: Annotated[Name, RefersTo("element")]
    """Whose air, water and food it uses."""
    suits: Positive
    """People on an excursion."""
    excursion_s: Positive = 7.0 * HOUR_S
    """Length of an excursion (NASA)."""
    volume_m3: Positive
    """Of the lock; 3.7 to 5."""
    lost_fraction: Fraction = 0.1
    """Share of its air lost at each excursion (recall)."""
    pressure_pa: Positive = 56.5e3
    """Of the habitat."""
    oxygen_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.34
    """Of the habitat's pressure."""
    air_k: Kelvin = 295.0
    """Of the habitat."""
    suit_leak_kg_per_s: NotNegative = 0.005 / HOUR_S
    """Oxygen that a suit leaks (BVAD 5.2.2)."""
    body_heat_w: Annotated[float, Field(ge=HEAT_W)] = 293.0
    """Of each of them at work outside (NASA)."""
    suit_power_w: NotNegative = 100.0
    """Of the machines of a suit, from its own battery (assumption)."""
    power_w: NotNegative = 0.0
    """Of pumps, lights and the charging of suits, mean over an excursion."""

    @model_validator(mode="after")
    def _suits_power(self) -> "Airlock":
        if 0.0 < self.power_w < self.suits * self.suit_power_w:
            least = self.suits * self.suit_power_w
            raise ValueError(
                f"power_w must be 0 (suits charged elsewhere) or at least {least:g} W, "
                "what charges the batteries of the suits"
            )
        return self

    @property
    def sublimator_kg_per_s(self) -> float:
        """Water that the sublimator of a suit boils off."""
        return (self.body_heat_w + self.suit_power_w) / SUBLIMATOR_J_PER_KG

    def _flows(self) -> tuple[Flow, ...]:
        lost_pa = self.lost_fraction * self.pressure_pa
        lost_mol = lost_pa * self.volume_m3 / (GAS_J_PER_MOL_K * self.air_k)
        share = self.oxygen_fraction
        oxygen = lost_mol * share * molar_mass_kg("O2") / self.excursion_s
        oxygen += self.suits * self.suit_leak_kg_per_s
        nitrogen = lost_mol * (1.0 - share) * molar_mass_kg("N2") / self.excursion_s
        water = self.suits * self.sublimator_kg_per_s
        excess = self.suits * (self.body_heat_w / HEAT_W - 1.0)
        lost = (("oxygen", oxygen), ("nitrogen", nitrogen), ("water", water))
        out = tuple(Flow(commodity=what, kg_per_s=rate) for what, rate in lost)
        taken = tuple(
            Flow(commodity=what, kg_per_s=-rate, tank=f"{self.habitat}.{what}")
            for what, rate in lost
        )
        return added((*taken, *out, *body_flows(self.habitat, excess)))

    def parts(self) -> Parts:
        """Return the excursion."""
        load = Load(
            name=f"{self.name}.excursion",
            bus=self.bus if self.power_w > 0.0 else "",
            node=self.habitat,
            power_w=self.power_w,
            priority=Priority.SCIENCE,
            needs=(Need(pool="crew", amount=self.suits),),
        )
        excursion = Converter(load=load, flows=self._flows(), min_run_s=self.excursion_s)
        return Parts(converters=(excursion,))

    def work_outside(self, load: Load, people: float) -> Converter:
        """Return a piece of work by so many people as done by way of this airlock."""
        share = people / self.suits
        flows = tuple(replace(flow, kg_per_s=share * flow.kg_per_s) for flow in self._flows())
        return Converter(load=load, flows=flows)

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during an excursion."""
        return (f"{self.name}.excursion",)
