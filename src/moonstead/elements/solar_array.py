"""A photovoltaic array: fixed, turning about one axis, or on a mast that turns about the vertical.

**Model.** Power on offer is

    area_m2 cell_efficiency wiring_efficiency I cos(i) (1 + c (T - 298.15 K)) health dust

with the irradiance I after horizon, eclipse and distance, the angle of incidence i and the
temperature coefficient c. A face that turns about an axis meets the Sun, which stands at the
angle s from the axis, with `cos(i) = cos(s - tilt_deg)`: the axis is vertical for
`vertical-tracking`, and given for `single-axis`. The cell temperature T is that of the panel's own
node, which absorbs sunlight on its face, radiates from both sides and gives up what is drawn as
power. Health falls by `loss_per_year` (radiation), the light let through by `dust_per_year`; both
compound. Cleaning takes away `removed_fraction` of the dust in the time of its work.

A tall array may be lit in part. With `shadow`, a place h metres above the height for which the
site's skyline was computed sees it lower by h / D, with the distance D of the skyline at the Sun's
azimuth (1 / D is taken linearly between the azimuths given). The share of the disc above that
straight edge is then taken at the lowest row of each series string, as its least-lit row limits it;
strings work in parallel and a dark one is bypassed.

**Assumptions.** Turning follows the Sun exactly and without end stops. The skyline is straight over
the width of the disc. The Sun's radius is its mean (15.99 arcminutes, 2 % at most from the truth).
Dust lets the same share through at all angles.

**Limits.** One array casts no shadow on another. No infrared from the ground but through the
sink, no spectral or low-light loss, no cell-level bypass.

**Validation.** Cosines agree with vectors turned by brute force (1e-6); the light of strings with
the shadow of a wall on a mast integrated over the disc (0.2 %), and with the light at 2 m of two
real rims computed from terrain: from the skyline at 10 m and 720 distances the share of the disc is
right to 0.2 % rms over a year, hour by hour, with 72 distances to 2.2 %; one distance for all
azimuths is rough, 3 % at best on the rim of Shackleton and 13 % on that of de Gerlache; the
temperature with the balance of Stefan and Boltzmann. 28 m2 give 10 kW, the class of NASA's vertical
array (VSAT, 10 kW). Dust as Chang'e 3 measured it (21.4 ug/cm2 a year, on 20 um grains a shade of
0.5 % a year) with the radiation loss of the example takes 4 to 10 % in 2000 days, as on Apollo's
covered cells. Tests: `tests/elements/test_solar_array.py`.

**Sources.** O'Brien 2013, review of the Apollo dust detectors: covered cells lost 4 to 10 %, bare
ones 24 to 29 % in about 2000 days. Chang'e 3 dust: quartz balance at 1.9 m height. VSAT: NASA.
Triple-junction cells: vendor sheets, 29.5 to 32 % at 28 degrees Celsius, about -0.2 % a kelvin.
"""

from dataclasses import replace
from math import log1p
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from moonstead.components import FloatArray, Load, Parts, Source, Surroundings, ThermalNode
from moonstead.elements.element import Element, Work, sink_temperature
from moonstead.elements.sunlight import (
    SUN_RADIUS_RAD,
    cosine_on_fixed,
    cosine_on_turning,
    direction,
    share_above,
    sun_direction,
)
from moonstead.spec import Fraction, Name, NotNegative, Positive, Spec

CELL_REFERENCE_K = 298.15
"""Cell ratings are given at 25 degrees Celsius."""
ROWS = 16
"""Rows of a partly lit panel over which its absorbed light is averaged."""

Azimuth = Annotated[float, Field(ge=0.0, lt=360.0)]


class Shadow(Spec):
    """How the shadow of the skyline crosses a tall array."""

    bottom_m: NotNegative
    """Height of the lowest cells above ground."""
    top_m: Positive
    """Height of the highest cells above ground."""
    strings: Annotated[int, Field(ge=1, le=100)]
    """Series strings side by side or one above the other."""
    direction: Literal["horizontal", "vertical"]
    """Whether each string is a band at its own height or reaches from bottom to top."""
    skyline_distance_m: Positive | Annotated[tuple[Positive, ...], Field(min_length=4)]
    """How far away the ground that hides the Sun is: one figure, or one for each of even azimuths
    from north through east. Two horizons of a site give it: their difference in height over the
    difference of their elevations in radians."""
    reference_height_m: NotNegative
    """Height above ground for which the skyline of the site was computed."""

    @model_validator(mode="after")
    def _top_above_bottom(self) -> "Shadow":
        if self.top_m <= self.bottom_m:
            raise ValueError("top_m must be above bottom_m")
        return self

    def string_bottoms_m(self) -> FloatArray:
        """Return the height of the lowest row of each string that lies at its own height."""
        if self.direction == "vertical":
            return np.array([self.bottom_m])
        return np.linspace(self.bottom_m, self.top_m, self.strings, endpoint=False)

    def rows_m(self) -> FloatArray:
        """Return the heights of `ROWS` rows that share the panel evenly."""
        return self.bottom_m + (self.top_m - self.bottom_m) * (np.arange(ROWS) + 0.5) / ROWS

    def share(self, surroundings: Surroundings, heights_m: FloatArray) -> FloatArray:
        """Return the mean share of the disc that places at some heights see, shape (n,)."""
        above_rad = np.radians(
            surroundings["sun_elevation_deg"] - surroundings["skyline_elevation_deg"]
        )
        lower_rad_per_m = self._nearness_per_m(surroundings["sun_azimuth_deg"])
        total = np.zeros_like(above_rad)
        for height_m in heights_m:
            lower_rad = (height_m - self.reference_height_m) * lower_rad_per_m
            total += share_above((above_rad + lower_rad) / SUN_RADIUS_RAD)
        return total / len(heights_m)

    def _nearness_per_m(self, azimuth_deg: FloatArray) -> FloatArray:
        """Return one over the distance of the skyline at each azimuth, shape (n,)."""
        nearness = 1.0 / np.atleast_1d(self.skyline_distance_m)
        azimuths_deg = np.arange(len(nearness)) * 360.0 / len(nearness)
        near: FloatArray = np.interp(azimuth_deg, azimuths_deg, nearness, period=360.0)
        return near


class Cleaning(Work):
    """Cleaning of an array by crew, robot or its own dust shield."""

    removed_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.9
    """Share of the dust taken away in that time (assumption)."""


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
    """Packing, mismatch, wiring and regulator together (assumption)."""
    temperature_coefficient_per_k: Annotated[float, Field(ge=-0.02, le=0.0)] = -0.002
    """Relative change of power per kelvin (triple junction)."""
    loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relative loss per year by radiation; with dust, where ``dust_per_year`` is not used."""
    dust_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of the light that dust takes per year; cleaning undoes it."""
    cleaning: Cleaning | None = None
    """How it is cleaned, on command."""
    mount: Literal["vertical-tracking", "single-axis", "fixed"]
    """Whether it turns about the vertical, about a given axis, or stands still."""
    azimuth_deg: Azimuth = 0.0
    """Where a fixed array faces, or where the axis of a single-axis one points, through east."""
    axis_elevation_deg: Annotated[float, Field(ge=0.0, le=90.0)] | None = None
    """How far the axis of a single-axis mount rises above the horizontal, 0 where not given."""
    tilt_deg: Annotated[float, Field(ge=0.0, le=90.0)] = 90.0
    """Of a fixed array against the ground (90 stands upright), or of its face's normal against the
    axis that it turns about."""
    shadow: Shadow | None = None
    """How it is lit in part; without it all of it sees what the mast sees."""
    absorptivity: Fraction = 0.9
    """Share of sunlight on its face that it absorbs."""
    emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Of both sides."""
    heat_capacity_j_per_k: Positive
    """Of the whole panel."""

    @model_validator(mode="after")
    def _is_possible(self) -> "SolarArray":
        if self.cell_efficiency > self.absorptivity:
            raise ValueError("cell_efficiency must not exceed absorptivity")
        if self.axis_elevation_deg is not None and self.mount != "single-axis":
            raise ValueError('axis_elevation_deg is for mount = "single-axis" only; leave it out')
        if self.cleaning is not None and self.dust_per_year == 0.0:
            raise ValueError("cleaning needs dust_per_year: without dust there is none to remove")
        return self

    def parts(self) -> Parts:
        """Return its source, its thermal node and its cleaning."""

        def on_face_w(surroundings: Surroundings) -> FloatArray:
            light = surroundings["solar_irradiance_w_per_m2"]
            if self.shadow is not None:
                rows = self.shadow.share(surroundings, self.shadow.rows_m())
                light = rows * surroundings["clear_irradiance_w_per_m2"]
            return self.area_m2 * self._cosine(surroundings) * light

        def useful_w(surroundings: Surroundings) -> FloatArray:
            if self.shadow is None:
                return on_face_w(surroundings)
            strings = self.shadow.share(surroundings, self.shadow.string_bottoms_m())
            light = strings * surroundings["clear_irradiance_w_per_m2"]
            return self.area_m2 * self._cosine(surroundings) * light

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
            available_w=lambda surroundings: efficiency * useful_w(surroundings),
            temperature_coefficient_per_k=self.temperature_coefficient_per_k,
            reference_temperature_k=CELL_REFERENCE_K,
            loss_per_year=self.loss_per_year,
            dust_per_year=self.dust_per_year,
            takes_heat=True,
        )
        return Parts(nodes=(node,), sources=(source,), loads=self._cleaning_loads())

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it is cleaned."""
        return tuple(load.name for load in self._cleaning_loads())

    def _cleaning_loads(self) -> tuple[Load, ...]:
        if self.cleaning is None:
            return ()
        work = self.cleaning.load(f"{self.name}.cleaning", self.name)
        rate_per_s = -log1p(-self.cleaning.removed_fraction) / self.cleaning.duration_s
        return (replace(work, initial_level=0.0, cleans=self.name, cleaning_per_s=rate_per_s),)

    def _cosine(self, surroundings: Surroundings) -> FloatArray:
        """Cosine of incidence, zero for light from behind."""
        sun = sun_direction(surroundings)
        if self.mount == "fixed":
            return cosine_on_fixed(sun, direction(self.azimuth_deg, 90.0 - self.tilt_deg))
        rise_deg = 90.0 if self.mount == "vertical-tracking" else self.axis_elevation_deg or 0.0
        return cosine_on_turning(sun, direction(self.azimuth_deg, rise_deg), self.tilt_deg)
