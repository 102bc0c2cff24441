"""Tank: holds one commodity by mass; a cryogenic one loses what heat boils off.

**Model.** The mass m in it changes by what flows in and out, by leakage and by boil-off, dm/dt = in
- out - l m - G (T - T_b) / L, with the leak rate l, the conductance G of its insulation from the
wall at temperature T, and boiling point T_b and heat of vaporisation L of the liquid. What boils
off is lost to space. The wall is a thermal node of its own.

**Assumptions.** The liquid is at its normal boiling point; boil-off is vented at once; a tank lies
on its side of the insulation at the temperature of the element's node, so the conductance is that
of the insulation with all its struts and pipes.

**Limits.** No pressure, no stratification, no sloshing, no heating by pumps. Boil-off is not
caught; a `liquefier` that fills the tank again is the way to model active cooling. A commodity
without a boiling point in the table cannot boil.

**Validation.** Boil-off of a tank at constant wall temperature against the closed form G (T - T_b)
/ L to 1e-6 (`tests/elements/test_transport.py::test_boil_off_is_heat_by_latent_heat`).

**Sources.** Normal boiling points and heats of vaporisation: CRC Handbook of Chemistry and Physics,
"Properties of cryogenic fluids".
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from moonstead.commodities import commodities
from moonstead.components import BoilOff, Parts, Tank
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Name, NotNegative, Positive, suggest

CRYOGENS: dict[str, tuple[float, float]] = {
    "oxygen": (90.19, 213.1e3),
    "nitrogen": (77.35, 199.2e3),
    "hydrogen": (20.28, 445.6e3),
    "methane": (111.67, 510.8e3),
}
"""Normal boiling point (K) and heat of vaporisation there (J/kg)."""


def _its_element_exists(name: str, info: ValidationInfo) -> str:
    known = () if info.context is None else info.context.get("element", ())
    if info.context is not None and name.split(".", maxsplit=1)[0] not in known:
        remedy = (
            "write the name of a tank element, or ELEMENT.something for a tank that an element "
            f"brings; no element has this name, {suggest(name.split('.', maxsplit=1)[0], known)}"
        )
        raise PydanticCustomError("mistake", "{remedy}", {"remedy": remedy})
    return name


def _known_commodity(name: str) -> str:
    if name not in commodities():
        raise PydanticCustomError(
            "mistake",
            "{remedy}",
            {"remedy": f"no commodity has this name; {suggest(name, commodities())}"},
        )
    return name


_WORD = r"[a-z0-9]+(-[a-z0-9]+)*"
TankName = Annotated[
    str,
    Field(pattern=rf"^{_WORD}(\.{_WORD})?$", max_length=80),
    AfterValidator(_its_element_exists),
]
"""A tank: the name of a `tank` element, or ELEMENT.something for one that an element brings."""
Commodity = Annotated[str, AfterValidator(_known_commodity)]
"""A name of the table of commodities."""


class TankElement(Element):
    """Tank, bin, bottle rack or store room for one commodity."""

    type: Literal["tank"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that its heater is on."""
    commodity: Commodity
    """What it holds."""
    capacity_kg: Positive
    """What it holds at most."""
    initial_kg: NotNegative = 0.0
    """What is in it when it arrives."""
    leak_per_s: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of what is in it that is lost per second."""
    relief: bool = False
    """Whether what finds no room is vented, so that who fills it need not stop."""
    boil_off_conductance_w_per_k: NotNegative = 0.0
    """From the wall into the liquid: 0 for a tank of gas or solids."""
    thermal: Thermal | None = None
    """Its wall; needed where it boils."""

    @model_validator(mode="after")
    def _possible(self) -> "TankElement":
        if self.initial_kg > self.capacity_kg:
            raise ValueError("initial_kg must not be above capacity_kg")
        if self.boil_off_conductance_w_per_k > 0.0:
            if self.commodity not in CRYOGENS:
                raise ValueError(
                    "boil_off_conductance_w_per_k must be 0 but for liquids that boil in the cold: "
                    + ", ".join(CRYOGENS)
                )
            if self.thermal is None:
                raise ValueError("a tank that boils needs its wall: write [element.thermal]")
        return self

    def parts(self) -> Parts:
        """Return the tank and its wall."""
        boil_off = None
        if self.boil_off_conductance_w_per_k > 0.0:
            boil_off = boiling(self.commodity, self.name, self.boil_off_conductance_w_per_k)
        tank = Tank(
            name=self.name,
            commodity=self.commodity,
            capacity_kg=self.capacity_kg,
            initial_kg=self.initial_kg,
            leak_per_s=self.leak_per_s,
            boil_off=boil_off,
            relief=self.relief,
        )
        if self.thermal is None:
            return Parts(tanks=(tank,))
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=heater(self.name, self.bus, self.thermal),
            tanks=(tank,),
        )


def boiling(commodity: str, node: str, conductance_w_per_k: float) -> BoilOff:
    """Return how a cryogenic commodity boils in a tank with this insulation."""
    boiling_k, latent_j_per_kg = CRYOGENS[commodity]
    return BoilOff(
        node=node,
        conductance_w_per_k=conductance_w_per_k,
        boiling_k=boiling_k,
        latent_j_per_kg=latent_j_per_kg,
    )
