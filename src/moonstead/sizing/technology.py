"""What arrays, masts, stores and reactors weigh, and what they give at the end of their life.

A number with "(assumption)" has no source that was read; one with "(recall)" has a source that was
not opened. All of them are arguments: a study changes what it knows better.
"""

from dataclasses import dataclass

from moonstead.environment.regolith.properties import SOLAR_CONSTANT_W_PER_M2
from moonstead.units import DAY_S, KWH_J


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayTechnology:
    """Photovoltaic arrays that stand upright and turn with the Sun, each on a mast."""

    cell_efficiency: float = 0.295
    """Triple junction at 25 degrees Celsius (vendor sheets, recall)."""
    wiring_efficiency: float = 0.9
    """Packing, temperature, wiring and regulator (assumption)."""
    end_of_life_fraction: float = 0.9
    """What dust and radiation leave: covered cells lost 4 to 10 % in 2000 days (O'Brien 2013)."""
    specific_power_w_per_kg: float = 100.0
    """Deployed, new, at 1 au, without mast: 60 to 150 (recall)."""
    mast_kg_per_m: float = 4.8
    """The 60 m mast of the Shuttle radar mission (SRTM), 290 kg (recall)."""
    power_per_mast_w: float = 10e3
    """NASA's vertical array (VSAT): 10 kW each."""

    @property
    def efficiency(self) -> float:
        """Electric power per sunlight on the cells at the end of life."""
        return self.cell_efficiency * self.wiring_efficiency * self.end_of_life_fraction

    @property
    def new_w_per_m2(self) -> float:
        """Power of a new array at 1 au."""
        return SOLAR_CONSTANT_W_PER_M2 * self.cell_efficiency * self.wiring_efficiency

    def array_kg(self, area_m2: float) -> float:
        """Return the mass of arrays without masts."""
        return area_m2 * self.new_w_per_m2 / self.specific_power_w_per_kg

    def masts_kg(self, area_m2: float, height_m: float) -> float:
        """Return the mass of the masts: one at least; more grow with the area, in parts too."""
        if area_m2 == 0.0:
            return 0.0
        masts = max(area_m2 * self.new_w_per_m2 / self.power_per_mast_w, 1.0)
        return masts * height_m * self.mast_kg_per_m


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTechnology:
    """An energy store."""

    name: str
    specific_energy_j_per_kg: float
    """Electric energy that a new one gives from full to empty, per kilogram of all of it."""
    usable_fraction: float
    """What may be used of that, at the end of life."""
    charge_efficiency: float
    discharge_efficiency: float
    self_discharge_per_s: float

    def store_kg(self, need_j: float) -> float:
        """Return the mass of a store that holds so much at the end of life.

        Parameters
        ----------
        need_j
            Energy inside the store, before its losses of discharge.
        """
        given_j = need_j * self.discharge_efficiency
        return given_j / (self.usable_fraction * self.specific_energy_j_per_kg)

    def rated_j(self, need_j: float) -> float:
        """Return the electric energy that the store gives when new."""
        return need_j * self.discharge_efficiency / self.usable_fraction


BATTERY = StoreTechnology(
    name="battery",
    specific_energy_j_per_kg=160.0 * KWH_J / 1000.0,  # space-grade packs: 150 to 170 Wh/kg
    usable_fraction=0.8 * 0.9,  # 80 % of depth (assumption); 10 % lost in 15 years (Saft)
    charge_efficiency=0.97,  # assumption
    discharge_efficiency=0.97,  # assumption
    self_discharge_per_s=0.0007 / DAY_S,  # about 2 % a month (assumption: lithium-ion class)
)
FUEL_CELL = StoreTechnology(
    name="fuel-cell",
    specific_energy_j_per_kg=450.0 * KWH_J / 1000.0,  # 300 to 600 Wh/kg, Glenn studies (recall)
    usable_fraction=0.98,  # heel of the tanks (assumption)
    charge_efficiency=0.72,  # with the next, 50 %: 45 to 55 % in Glenn studies (recall)
    discharge_efficiency=0.70,
    self_discharge_per_s=0.0,
)
STORES = {store.name: store for store in (BATTERY, FUEL_CELL)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactorTechnology:
    """Fission power: the law of small reactors up to where large ones weigh as much."""

    one_kilowatt_kg: float = 400.0
    """Kilopower of 1 kW (recall)."""
    exponent: float = 0.574
    """With which 10 kW weigh 1500 kg, Kilopower's upper end (recall)."""
    large_kg_per_w: float = 0.150
    """NASA's directive of 2025: 100 kW in less than 15 t."""
    smallest_w: float = 1e3
    """Below it a unit gets no lighter: Kilopower has 1 to 10 kW."""
    units: int = 4
    """They share the power: four Kilopower units are an outpost (NASA)."""

    def reactor_kg(self, power_w: float) -> float:
        """Return the mass of all units together for an electric power of all together."""
        if power_w == 0.0:
            return 0.0
        unit_w = max(power_w / self.units, self.smallest_w)
        small_kg: float = self.one_kilowatt_kg * (unit_w / 1e3) ** self.exponent
        return self.units * max(small_kg, unit_w * self.large_kg_per_w)


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """All that a station's power can be made of."""

    array: ArrayTechnology = ArrayTechnology()
    reactor: ReactorTechnology | None = ReactorTechnology()
    """None for sunlight alone."""
    stores: tuple[StoreTechnology, ...] = (BATTERY, FUEL_CELL)
    """The lighter one is taken."""

    def reactor_kg(self, power_w: float) -> float:
        """Return the mass of reactors of a power; none has none."""
        return 0.0 if self.reactor is None else self.reactor.reactor_kg(power_w)
