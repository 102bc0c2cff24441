"""Habitat: a pressurised volume with its air, its stores and its waste tanks.

**Model.** The air is three tanks, oxygen, nitrogen and carbon dioxide, by the ideal gas law: m = p
V M / (R T) with the partial pressure p. A full tank is the set point of oxygen and nitrogen, and
for carbon dioxide the pressure at which nobody can stay. All three leak at one share per second.
Supplies keep oxygen and nitrogen full from the tanks named for it. Fans and controls run always;
lights and galley are housekeeping. Tanks for water, grey and black water, food and waste are named
``NAME.water`` and so on, and crew and life-support machines of this habitat use them.

**Assumptions.** The air is mixed and at one temperature; humidity is condensed as fast as it is
made (it goes to ``NAME.water-grey``).

**Limits.** People stop breathing only where the oxygen tank is empty, not at the 16 kPa where they
would faint: watch the mass in ``NAME.oxygen``. No trace contaminants, no fire. The pressure of the
cabin does not follow its temperature.

**Validation.** Air masses against the gas constant of dry air at sea level
(`tests/elements/test_life_support.py::test_cabin_air_weighs_what_air_weighs`), leak against the
exponential (`tests/elements/test_life_support.py::test_a_cabin_leaks_exponentially`).

**Sources.** 56.5 kPa with 34 % of oxygen, the exploration atmosphere of NASA, and a leak of 0.05 %
a day (both recall). 40 000 ppm of carbon dioxide, immediately dangerous to life: NIOSH.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Converter, Flow, Load, Parts, Tank
from moonstead.contracts import Priority
from moonstead.elements.chemistry import molar_mass_kg
from moonstead.elements.element import Element, Kelvin, Thermal, heater, thermal_node
from moonstead.elements.tank import TankName
from moonstead.spec import Name, NotNegative, Positive, Spec
from moonstead.units import DAY_S

GAS_J_PER_MOL_K = 8.314462618
LEAST_OXYGEN_PA = 16.0e3
"""Partial pressure below which people faint (recall)."""


class Stock(Spec):
    """A store room or tank of the habitat."""

    capacity_kg: Positive
    """What it holds at most."""
    initial_kg: NotNegative = 0.0
    """What is in it when the habitat arrives."""

    @model_validator(mode="after")
    def _possible(self) -> "Stock":
        if self.initial_kg > self.capacity_kg:
            raise ValueError("initial_kg must not be above capacity_kg")
        return self


class Habitat(Element):
    """Module that people live in."""

    type: Literal["habitat"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    volume_m3: Positive
    """Of its air."""
    air_k: Kelvin = 295.0
    """Temperature of its air (assumption)."""
    pressure_pa: Positive = 56.5e3
    """Of the whole air (NASA's exploration atmosphere, recall)."""
    oxygen_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.34
    """Of that pressure (exploration atmosphere, recall)."""
    carbon_dioxide_limit_pa: Positive = 4053.0
    """Where nobody can stay: 40 000 ppm of one atmosphere (NIOSH)."""
    leak_per_s: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0005 / DAY_S
    """Share of its air lost per second: 0.05 % a day (recall)."""
    oxygen_supply: TankName | None = None
    """The tank that keeps its oxygen full."""
    nitrogen_supply: TankName | None = None
    """The tank that keeps its nitrogen full."""
    supply_kg_per_s: Positive = 1e-3
    """Greatest rate of each supply (assumption)."""
    life_support_power_w: Positive
    """Fans, pumps and controls: always on."""
    housekeeping_power_w: NotNegative = 0.0
    """Lights, galley and computers."""
    water: Stock
    """Potable water."""
    water_grey: Stock
    """Humidity condensate and wash water."""
    water_black: Stock
    """Urine."""
    food: Stock
    """Food as packaged."""
    waste: Stock
    """Solid waste."""
    thermal: Thermal
    """How it keeps warm."""

    @model_validator(mode="after")
    def _breathable(self) -> "Habitat":
        oxygen_pa = self.oxygen_fraction * self.pressure_pa
        if oxygen_pa < LEAST_OXYGEN_PA:
            raise ValueError(
                f"oxygen_fraction times pressure_pa is {oxygen_pa:.0f} Pa; people faint below "
                f"{LEAST_OXYGEN_PA:.0f} Pa"
            )
        return self

    def _gas_kg(self, formula: str, pressure_pa: float) -> float:
        moles = pressure_pa * self.volume_m3 / (GAS_J_PER_MOL_K * self.air_k)
        return moles * molar_mass_kg(formula)

    def _tanks(self) -> tuple[Tank, ...]:
        oxygen_pa = self.oxygen_fraction * self.pressure_pa
        oxygen = self._gas_kg("O2", oxygen_pa)
        nitrogen = self._gas_kg("N2", self.pressure_pa - oxygen_pa)
        dioxide = self._gas_kg("CO2", self.carbon_dioxide_limit_pa)
        gases = (("oxygen", oxygen, oxygen), ("nitrogen", nitrogen, nitrogen))
        air = tuple(
            Tank(
                name=f"{self.name}.{commodity}",
                commodity=commodity,
                capacity_kg=capacity,
                initial_kg=initial,
                leak_per_s=self.leak_per_s,
            )
            for commodity, capacity, initial in (*gases, ("carbon-dioxide", dioxide, 0.0))
            if capacity > 0.0
        )
        stocks = {
            "water": self.water,
            "water-grey": self.water_grey,
            "water-black": self.water_black,
            "food": self.food,
            "waste": self.waste,
        }
        return air + tuple(
            Tank(
                name=f"{self.name}.{commodity}",
                commodity=commodity,
                capacity_kg=stock.capacity_kg,
                initial_kg=stock.initial_kg,
            )
            for commodity, stock in stocks.items()
        )

    def _supply(self, commodity: str, tank: str) -> Converter:
        load = self._load(f"{commodity}-supply", 0.0, Priority.SURVIVAL, bus="")
        flows = (
            Flow(commodity=commodity, kg_per_s=-self.supply_kg_per_s, tank=tank),
            Flow(
                commodity=commodity, kg_per_s=self.supply_kg_per_s, tank=f"{self.name}.{commodity}"
            ),
        )
        return Converter(load=load, flows=flows)

    def _load(self, part: str, power_w: float, priority: Priority, bus: str) -> Load:
        return Load(
            name=f"{self.name}.{part}",
            bus=bus,
            node=self.name,
            power_w=power_w,
            priority=priority,
            initial_level=1.0,
            divisible=True,
        )

    def parts(self) -> Parts:
        """Return its air, stores, supplies, loads and thermal node."""
        loads = [self._load("fans", self.life_support_power_w, Priority.SURVIVAL, self.bus)]
        if self.housekeeping_power_w > 0.0:
            loads.append(
                self._load("lights", self.housekeeping_power_w, Priority.HOUSEKEEPING, self.bus)
            )
        supplies = (("oxygen", self.oxygen_supply), ("nitrogen", self.nitrogen_supply))
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
            tanks=self._tanks(),
            converters=tuple(self._supply(what, tank) for what, tank in supplies if tank),
        )
