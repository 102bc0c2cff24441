"""What the plants that take oxygen out of lunar soil have in common."""

from abc import abstractmethod
from typing import Annotated

from pydantic import Field, model_validator

from moonstead.components import Flow, Parts
from moonstead.elements.chemistry import Reduction, below_floor
from moonstead.elements.plant import Producer
from moonstead.elements.tank import TankName
from moonstead.spec import Positive


class RegolithPlant(Producer):
    """A plant from soil to oxygen."""

    power_w: Positive
    """At full rate."""
    specific_energy_j_per_kg: Positive
    """Electric energy per kilogram of oxygen, all steps together."""
    slag_heat_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.3
    """Share of its power that leaves with the hot slag (assumption)."""
    oxygen_tank: TankName
    """Where the oxygen goes."""
    regolith_tank: TankName | None = None
    """Where the soil comes from; from the ground, dug by itself, where none is named."""
    slag_tank: TankName | None = None
    """Where the slag goes; on a heap where none is named."""
    metal_tank: TankName | None = None
    """Where free metal goes; it stays in the slag where none is named."""

    @abstractmethod
    def reduction(self) -> Reduction:
        """Return what the process takes out of the soil.

        Raises
        ------
        ValueError
            The soil does not hold it.
        """

    @property
    def bound_fraction(self) -> float:
        """Share of its power that is bound in oxygen and metal."""
        return self.reduction().floor_j_per_kg_o2 / self.specific_energy_j_per_kg

    @model_validator(mode="after")
    def _possible(self) -> "RegolithPlant":
        floor = self.reduction().floor_j_per_kg_o2
        if self.specific_energy_j_per_kg < floor:
            why = "what the oxides (or the water that it goes through) are bound with"
            given = self.specific_energy_j_per_kg
            raise ValueError(below_floor("specific_energy_j_per_kg", given, floor, why))
        if self.bound_fraction + self.slag_heat_fraction > 1.0:
            most = 1.0 - self.bound_fraction
            raise ValueError(
                f"slag_heat_fraction must be at most {most:.3f}: the rest of the power is bound "
                "in the products"
            )
        return self

    def parts(self) -> Parts:
        """Return its reactor and its thermal node."""
        oxygen = self.power_w / self.specific_energy_j_per_kg
        soil = self.reduction()
        regolith = oxygen / soil.oxygen_fraction
        metal = regolith * soil.metal_fraction if self.metal_tank else 0.0
        flows = (
            Flow(commodity="regolith", kg_per_s=-regolith, tank=self.regolith_tank or ""),
            Flow(commodity="oxygen", kg_per_s=oxygen, tank=self.oxygen_tank),
            Flow(commodity="metal", kg_per_s=metal, tank=self.metal_tank or ""),
            Flow(commodity="slag", kg_per_s=regolith - oxygen - metal, tank=self.slag_tank or ""),
        )
        heat = 1.0 - self.bound_fraction - self.slag_heat_fraction
        return self.plant_parts(
            (self.working("reactor", self.power_w, flows, kept_fraction=heat, on=self.always_on),)
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during a production run; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.reactor",)
