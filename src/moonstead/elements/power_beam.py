"""A power beam: a laser that feeds a bus in shadow, in sight of the station, through the vacuum.

**Model.** Two stages, each a link with its losses as heat in a node of its own,

    light sent and caught  L = laser_efficiency C P        losses warm the laser (`NAME`)
    power received         R = receiver_efficiency L       losses warm the receiver

where C is the share of a Gaussian beam that the round receiver catches. The beam leaves with the
1/e2 radius w0, half the radius of the aperture, and has at the distance D

    w^2 = w0^2 + (M2 wavelength D / (pi w0))^2 + (2 jitter D)^2
    C   = 1 - exp(-receiver_diameter^2 / (2 w^2))

The jitter of the pointing is that of each axis; averaged over it, a Gaussian beam is a wider one.

**Assumptions.** Nothing between the two. The aperture of four beam radii cuts off 0.03 % of the
light, which is left out. What misses the receiver is counted as heat of the laser, on the safe side
for its radiator.

**Limits.** Efficiencies do not depend on power or temperature. The line of sight is not checked
against the terrain. No safety interlock.

**Validation.** C against a Monte Carlo of jittered beams, integrated over the receiver (0.5 %); the
chain multiplies; a wavelength that diffracts too wide for the receiver delivers little. Receivers
measured: GaAs 65 % at 811 nm at room temperature, 74.7 % at 150 K. Tests:
`tests/elements/test_power.py`.

**Sources.** Receivers: Fafard and Masson 2026 (65 %), 2022 (74.7 % at 150 K), Photonics. Diode
lasers: 50 to 60 % of wall-plug power as light (vendor class, assumption). Gaussian beams: Siegman,
Lasers, 1986.
"""

from math import exp, pi
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Bus, Link, Parts
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Name, NotNegative, Positive

Efficiency = Annotated[float, Field(gt=0.0, le=1.0)]


class PowerBeam(Element):
    """Laser, beam and receiver."""

    type: Literal["power_beam"]
    """Which element type this is."""
    from_bus: Name = "main"
    """The bus that feeds the laser."""
    to_bus: Name
    """The bus that the receiver feeds."""
    far_voltage_v: Positive | None = None
    """Voltage of that bus where the receiver makes it; none where another element makes it."""
    capacity_w: Positive
    """Greatest power taken by the laser."""
    laser_efficiency: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Light per electric power."""
    receiver_efficiency: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Electric power per light caught."""
    wavelength_m: Annotated[float, Field(gt=1e-7, lt=1e-4)]
    """Of the light: about 8e-7 for GaAs receivers."""
    beam_quality: Annotated[float, Field(ge=1.0)] = 1.0
    """M2: how many times the limit of diffraction the beam spreads."""
    aperture_diameter_m: Positive
    """Of the sending telescope."""
    receiver_diameter_m: Positive
    """Of the receiver."""
    distance_m: Positive
    """From laser to receiver."""
    jitter_rad: NotNegative
    """Standard deviation of the pointing on each axis."""
    thermal: Thermal
    """How the laser keeps its temperature."""
    receiver_thermal: Thermal
    """How the receiver keeps its temperature; its heater is on the far bus."""

    @model_validator(mode="after")
    def _is_possible(self) -> "PowerBeam":
        if self.from_bus == self.to_bus:
            raise ValueError("to_bus must be another bus than from_bus")
        return self

    def caught_fraction(self) -> float:
        """Return the share of the light sent that the receiver catches, averaged over jitter."""
        waist_m = self.aperture_diameter_m / 4.0
        spread_m = self.beam_quality * self.wavelength_m * self.distance_m / (pi * waist_m)
        wander_m = 2.0 * self.jitter_rad * self.distance_m
        radius2_m2 = waist_m**2 + spread_m**2 + wander_m**2
        return 1.0 - exp(-(self.receiver_diameter_m**2) / (2.0 * radius2_m2))

    def parts(self) -> Parts:
        """Return both stages, their nodes and heaters."""
        beam = f"{self.name}.beam"
        receiver = f"{self.name}.receiver"
        sending = Link(
            name=f"{self.name}.laser",
            from_bus=self.from_bus,
            to_bus=beam,
            node=self.name,
            capacity_w=self.capacity_w,
            efficiency=self.laser_efficiency * self.caught_fraction(),
            priority=Priority.HOUSEKEEPING,
        )
        receiving = Link(
            name=receiver,
            from_bus=beam,
            to_bus=self.to_bus,
            node=receiver,
            capacity_w=self.capacity_w,
            efficiency=self.receiver_efficiency,
            priority=Priority.HOUSEKEEPING,
        )
        far = (
            ()
            if self.far_voltage_v is None
            else (Bus(name=self.to_bus, voltage_v=self.far_voltage_v),)
        )
        return Parts(
            buses=(Bus(name=beam), *far),
            nodes=(
                thermal_node(self.name, self.thermal),
                thermal_node(receiver, self.receiver_thermal),
            ),
            loads=(
                *heater(self.name, self.from_bus, self.thermal),
                *heater(receiver, self.to_bus, self.receiver_thermal),
            ),
            links=(sending, receiving),
        )
