"""Photovoltaic array: on a mast that turns about the vertical, or fixed.

Power on offer is area x efficiency x irradiance on the plane x (1 + c (T - 298.15 K)) x health,
with irradiance from the visible part of the Sun (horizon, eclipse, distance) and the cosine of
incidence. The cell temperature is that of the panel's own thermal node, which absorbs sunlight on
its face, radiates from both sides and gives up what is drawn as power. Dust and radiation reduce
health by a compounding yearly share (figures: Apollo dust detectors, O'Brien 2013: covered cells
lost 4 to 10 % in about 2000 days, so 0.7 to 1.8 % a year).

Limits: no shadow of one string on another, no infrared back load from the ground.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from moonstead.components import FloatArray, Parts, Source, Surroundings, ThermalNode
from moonstead.elements.element import Element, sink_temperature
from moonstead.spec import Fraction, Name, Positive

CELL_REFERENCE_K = 298.15
"""Cell ratings are given at 25 degrees Celsius."""


class SolarArray(Element):
    """Photovoltaic array."""

    type: Literal["solar_array"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it feeds."""
    area_m2: Positive
    """Cell area."""
    cell_efficiency: Annotated[float, Field(gt=0.0, lt=0.6)]
    """At 25 degrees Celsius, begin of life."""
    wiring_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.9
    """Packing, mismatch, wiring and regulator together."""
    temperature_coefficient_per_k: Annotated[float, Field(ge=-0.02, le=0.0)] = -0.002
    """Relative change of power per kelvin."""
    loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relative loss per year by dust and radiation."""
    mount: Literal["vertical-tracking", "fixed"]
    """Whether it turns about the vertical after the Sun, or stands still."""
    azimuth_deg: Annotated[float, Field(ge=0.0, lt=360.0)] = 0.0
    """Where a fixed array faces, from north through east."""
    tilt_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 90.0
    """Angle between array and ground: 90 stands upright."""
    absorptivity: Fraction = 0.9
    """Share of sunlight on its face that it absorbs."""
    emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Of both sides."""
    heat_capacity_j_per_k: Positive
    """Of the whole panel."""

    @model_validator(mode="after")
    def _obeys_the_first_law(self) -> "SolarArray":
        if self.cell_efficiency > self.absorptivity:
            raise ValueError("cell_efficiency must not exceed absorptivity")
        return self

    def parts(self) -> Parts:
        """Return its source and its thermal node."""

        def on_face_w(surroundings: Surroundings) -> FloatArray:
            cosine = self._cosine(surroundings)
            return self.area_m2 * cosine * surroundings["solar_irradiance_w_per_m2"]

        efficiency = self.cell_efficiency * self.wiring_efficiency
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=self.heat_capacity_j_per_k,
            radiating_area_m2=2.0 * self.area_m2,
            emissivity=self.emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=lambda surroundings: self.absorptivity * on_face_w(surroundings),
            initial_temperature_k=200.0,
            survival_min_k=20.0,  # panels hibernate through lunar nights; 20 K is never reached
        )
        source = Source(
            name=self.name,
            bus=self.bus,
            node=self.name,
            available_w=lambda surroundings: efficiency * on_face_w(surroundings),
            temperature_coefficient_per_k=self.temperature_coefficient_per_k,
            reference_temperature_k=CELL_REFERENCE_K,
            loss_per_year=self.loss_per_year,
            takes_heat=True,
        )
        return Parts(nodes=(node,), sources=(source,))

    def _cosine(self, surroundings: Surroundings) -> FloatArray:
        """Cosine of incidence, zero for light from behind."""
        tilt_rad = np.radians(self.tilt_deg)
        elevation_rad = np.radians(surroundings["sun_elevation_deg"])
        turn_rad = np.radians(surroundings["sun_azimuth_deg"] - self.azimuth_deg)
        if self.mount == "vertical-tracking":
            turn_rad = np.zeros_like(turn_rad)
        cosine = np.cos(elevation_rad) * np.sin(tilt_rad) * np.cos(turn_rad) + np.sin(
            elevation_rad
        ) * np.cos(tilt_rad)
        lit: FloatArray = np.maximum(cosine, 0.0)
        return lit
