"""Driving on loose soil: what a wheeled vehicle's motors take, by Bekker's theory of rigid wheels.

A wheel of diameter D and width b under the load W sinks to z into soil whose pressure is in
proportion to depth, and presses a rut, which costs the resistance R:

    z = (3 W / (2 (kc + b kphi) sqrt(D)))^(2/3),     R = (kc + b kphi) z^2 / 2

On a slope s the n wheels must thrust n R + m g sin(s). Soil gives way as the wheel slips by i; with
the contact length l = sqrt(D z - z^2) and area A = b l the thrust of one wheel is (Janosi and
Hanamoto 1961)

    H(i) = (A c + W tan(phi)) (1 - K / (i l) (1 - exp(-i l / K)))

and the motors take F v / (1 - i) / efficiency. A slope for which no slip below one gives the thrust
cannot be climbed.

Sources: Bekker 1969, Introduction to Terrain-Vehicle Systems; lunar soil: Lunar Sourcebook 1991,
section 9 (Carrier, Olhoeft and Mendell; recall), after Apollo's lunar roving vehicle.
"""

from math import cos, exp, radians, sin, sqrt, tan
from typing import Annotated

from pydantic import Field

from moonstead.spec import NotNegative, Positive, Spec

GRAVITY_M_PER_S2 = 1.62
"""At the Moon's surface, to 0.3 % everywhere."""
SLIP_HALVINGS = 50


class Soil(Spec):
    """Loose soil that is pressed in proportion to depth; the defaults are lunar soil."""

    cohesive_modulus_n_per_m2: NotNegative = 1400.0
    """kc (Lunar Sourcebook: 0.14 N/cm2)."""
    frictional_modulus_n_per_m3: Positive = 820e3
    """kphi (Lunar Sourcebook: 0.82 N/cm3)."""
    cohesion_pa: NotNegative = 170.0
    """c (Lunar Sourcebook: 0.017 N/cm2)."""
    friction_deg: Annotated[float, Field(gt=0.0, lt=60.0)] = 35.0
    """phi, angle of internal friction (Lunar Sourcebook)."""
    shear_deformation_m: Positive = 0.018
    """K, coefficient of slip (Lunar Sourcebook: 1.8 cm)."""


class Drive(Spec):
    """How a vehicle drives: its wheels, its way and the soil under them."""

    speed_m_per_s: Positive
    """While it moves."""
    slope_deg: Annotated[float, Field(ge=0.0, lt=45.0)] = 0.0
    """Of the way, up as often as down."""
    wheels: Annotated[int, Field(ge=2, le=20)] = 4
    """How many, all driven."""
    wheel_diameter_m: Positive
    """Outer diameter."""
    wheel_width_m: Positive
    """Of the tread."""
    efficiency: Annotated[float, Field(gt=0.0, le=1.0)]
    """Work of the wheels per electric energy of motors and gears."""
    soil: Soil = Soil()
    """What it drives on."""


def sinkage_m(drive: Drive, wheel_load_n: float) -> float:
    """Return how deep a wheel sinks under a load.

    Parameters
    ----------
    drive
        Its wheels and the soil.
    wheel_load_n
        Weight on one wheel, normal to the ground.
    """
    stiffness = _stiffness_n_per_m2(drive)
    return float(
        (3.0 * wheel_load_n / (2.0 * stiffness * sqrt(drive.wheel_diameter_m))) ** (2.0 / 3.0)
    )


def resistance_n(drive: Drive, wheel_load_n: float) -> float:
    """Return the force that one wheel needs to press its rut."""
    return _stiffness_n_per_m2(drive) * sinkage_m(drive, wheel_load_n) ** 2 / 2.0


def thrust_n(drive: Drive, wheel_load_n: float, slip: float) -> float:
    """Return the thrust of one wheel at a slip above 0 up to 1."""
    sunk_m = sinkage_m(drive, wheel_load_n)
    contact_m = sqrt(max(drive.wheel_diameter_m * sunk_m - sunk_m**2, 0.0))
    friction = tan(radians(drive.soil.friction_deg))
    most_n = drive.wheel_width_m * contact_m * drive.soil.cohesion_pa + wheel_load_n * friction
    sheared = slip * contact_m / drive.soil.shear_deformation_m
    return most_n * (1.0 - (1.0 - exp(-sheared)) / sheared)


def drive_power_w(drive: Drive, mass_kg: float) -> float:
    """Return the mean electric power while driving, up the slope as often as down it.

    Parameters
    ----------
    drive
        Wheels, speed, slope, soil.
    mass_kg
        Of the vehicle with what it carries.

    Raises
    ------
    ValueError
        The slope cannot be climbed: the wheels slip through.
    """
    return 0.5 * sum(_power_on_slope_w(drive, mass_kg, s) for s in (-1.0, 1.0))


def _power_on_slope_w(drive: Drive, mass_kg: float, up: float) -> float:
    slope_rad = up * radians(drive.slope_deg)
    weight_n = mass_kg * GRAVITY_M_PER_S2
    load_n = weight_n * cos(slope_rad) / drive.wheels
    needed_n = resistance_n(drive, load_n) + weight_n * sin(slope_rad) / drive.wheels
    if needed_n <= 0.0:
        return 0.0  # it rolls down; brakes give nothing back
    if thrust_n(drive, load_n, 1.0) <= needed_n:
        raise ValueError(
            f"the wheels slip through on a slope of {drive.slope_deg:g} degrees; give a lower "
            "slope_deg, or larger wheels"
        )
    low, high = 0.0, 1.0
    for _ in range(SLIP_HALVINGS):
        middle = 0.5 * (low + high)
        enough = thrust_n(drive, load_n, middle) >= needed_n
        low, high = (low, middle) if enough else (middle, high)
    force_n = drive.wheels * needed_n
    return force_n * drive.speed_m_per_s / (1.0 - high) / drive.efficiency


def _stiffness_n_per_m2(drive: Drive) -> float:
    """Return kc + b kphi, force per area of rut and per depth."""
    return (
        drive.soil.cohesive_modulus_n_per_m2
        + drive.wheel_width_m * drive.soil.frictional_modulus_n_per_m3
    )
