"""A fission power unit: reactor heat by day and night, part of it electricity, the rest radiated.

**Model.** At level u, from 0 to 1 and commanded, with the wear of the years t,

    on offer P = u electric_power_w (1 - loss_per_year)^t,   heat Q = u thermal_power_w

The level reached follows the commanded one at 1 / `start_up_s`: a cold reactor takes that long to
full power. The heat goes into the radiator loop, what is drawn as power goes out of it, and what
is not drawn is radiated too.

The shield is a shadow shield: a cone of `shadow_shield_half_angle_deg` about the direction
`shield_azimuth_deg` towards the station is protected; everywhere else, and nearer than
`keep_out_m` in all directions, nothing that people come to may stand. Where a reactor and an
element have positions (`easting_m`, `northing_m`), a scenario is refused in which the reactor
forbids the place of what people live, land or work in (airlock, crew, glovebox, habitat, lander,
plant chamber) or of anything that crew assembles, repairs or cleans, while both are there.

**Assumptions.** Heat is in proportion to the level. The years of wear count from its arrival,
whatever its level. Fuel lasts: burn-up of Kilopower in ten years is below a per cent.

**Limits.** No decay heat after shutdown, no xenon, no reactivity: KRUSTY followed its load by
itself, and so the level here is free. Dose behind and beside the shield is not computed. Without
positions the keep-out zone is not checked, nor is where an element is after it has moved, nor
where people walk; terrain shields nobody.

**Validation.** The radiator settles at the temperature of Stefan and Boltzmann (1e-9 relative);
the example's first law closes at Kilopower's 10 kW from 43 kW; start-up reaches half power in
half its time. Tests: `tests/elements/test_power.py`; positions: `tests/elements/test_keep_out.py`.

**Sources.** NASA: Kilopower 1 to 10 kW of electricity, at least 10 years, four units for an
outpost; fission surface power 40 kW (2022), 100 kW below 15 t (2025 directive). KRUSTY, Nevada
2018, 28 hours, sodium heat pipes and Stirling engines.
"""

from math import atan2, copysign, cos, degrees, hypot, radians, sin
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts, Source, ThermalNode
from moonstead.elements.element import Constant, Element, Kelvin, sink_temperature
from moonstead.spec import Name, NotNegative, Positive

_SPARE_M = 2.0
_INSIDE = 0.9
"""Where in the shadow a place is proposed, of its half angle."""


class FissionUnit(Element):
    """Fission power unit."""

    type: Literal["fission_unit"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it feeds."""
    electric_power_w: Positive
    """Net electric power."""
    thermal_power_w: Positive
    """Reactor heat at that power."""
    loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relative loss of electric power per year."""
    start_up_s: NotNegative = 0.0
    """From cold to full power; also the time for any other change of level, in proportion."""
    running: bool = True
    """Whether it is at full power when the run starts or the element arrives."""
    radiator_area_m2: Positive
    """Radiating area."""
    radiator_emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Infrared emissivity of the radiator (assumption)."""
    heat_capacity_j_per_k: Positive
    """Of the radiator loop."""
    initial_temperature_k: Kelvin = 400.0
    """Of the radiator at the start."""
    shield_azimuth_deg: Annotated[float, Field(ge=0.0, lt=360.0)] = 0.0
    """Direction of the middle of the shield's shadow, from north through east."""
    shadow_shield_half_angle_deg: Annotated[float, Field(gt=0.0, le=180.0)] = 180.0
    """Half the opening of that shadow; 180 for a shield all round."""
    keep_out_m: NotNegative = 0.0
    """Nothing that people come to may stand nearer, even in the shadow."""

    @model_validator(mode="after")
    def _is_possible(self) -> "FissionUnit":
        if self.electric_power_w >= self.thermal_power_w:
            raise ValueError("electric_power_w must be below thermal_power_w")
        if not self.running and self.start_up_s == 0.0:
            raise ValueError("running = false needs start_up_s, the time from cold to full power")
        return self

    def forbids(self, east_m: float, north_m: float) -> bool:
        """Say whether a place is outside the shield's shadow or too near.

        Parameters
        ----------
        east_m, north_m
            Of the place, from the reactor.
        """
        if hypot(east_m, north_m) < self.keep_out_m:
            return True
        bearing_deg = degrees(atan2(east_m, north_m))
        off_axis_deg = abs((bearing_deg - self.shield_azimuth_deg + 180.0) % 360.0 - 180.0)
        return off_axis_deg > self.shadow_shield_half_angle_deg

    def nearest_allowed(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return a place that is allowed: as far as need be, and turned into the shadow.

        Parameters
        ----------
        east_m, north_m
            Of a forbidden place, from the reactor.

        Returns
        -------
        tuple of float
            East and north of the reactor, m, with two metres or a tenth of the angle to spare.
        """
        bearing_deg = degrees(atan2(east_m, north_m))
        off_axis_deg = (bearing_deg - self.shield_azimuth_deg + 180.0) % 360.0 - 180.0
        within_deg = self.shadow_shield_half_angle_deg
        if abs(off_axis_deg) > within_deg:
            off_axis_deg = copysign(_INSIDE * within_deg, off_axis_deg)
        away_m = max(hypot(east_m, north_m), self.keep_out_m + _SPARE_M)
        towards = radians(self.shield_azimuth_deg + off_axis_deg)
        return away_m * sin(towards), away_m * cos(towards)

    def parts(self) -> Parts:
        """Return its source and its radiator."""
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=self.heat_capacity_j_per_k,
            radiating_area_m2=self.radiator_area_m2,
            emissivity=self.radiator_emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=Constant(0.0),  # its heat comes with its output
            initial_temperature_k=self.initial_temperature_k,
            survival_min_k=50.0,
        )
        source = Source(
            name=self.name,
            bus=self.bus,
            node=self.name,
            available_w=Constant(self.electric_power_w),
            loss_per_year=self.loss_per_year,
            takes_heat=True,
            heat_per_w=self.thermal_power_w / self.electric_power_w,
            ramp_per_s=1.0 / self.start_up_s if self.start_up_s > 0.0 else 0.0,
            initial_output=1.0 if self.running else 0.0,
        )
        return Parts(nodes=(node,), sources=(source,))
