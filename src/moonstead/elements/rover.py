"""A wheeled rover: its own bus, battery and panel, charged from the station through a cable.

**Model.** While it drives and surveys, drive and payload run from its own battery and panel; the
cable carries what the station grants while it is parked (the station manager opens the link for
the length of a sortie). Drive power is given as `drive_power_w`, or follows from mass, speed,
slope, wheels and soil with `drive`:

    sinkage      z = (3 W / (2 (kc + b kphi) sqrt(D)))^(2/3)         under the load W of a wheel
    resistance   R = (kc + b kphi) z^2 / 2                           pressing the rut
    power        P = (n R + m g sin(slope)) v / (1 - slip) / efficiency

averaged over as much way up as down, where going down costs nothing once it rolls. The slip is
where the soil's shear strength gives that thrust; a slope on which the wheels slip through is
refused.

With `hibernation` it can sleep: command `NAME.avionics`, `NAME.heater` and the rest to 0, and only
the timer (`NAME.timer`) is on; `NAME.wake` at 1 warms it to `wake_setpoint_k` before the avionics
are switched on again. Heat for the night comes from a `radioisotope_heater` that warms it.

**Assumptions.** Rigid wheels, all driven and equally loaded. 30 % of the drive power warms the
insulated box, the rest is done on the soil and in the wheels. Its panel does not shade or warm it.

**Limits.** No path on the map, no rocks, no turning, no bulldozing; it sees the same sky as the
mast.

**Validation.** Apollo's rover of 700 kg climbs 26 degrees in this model; it was designed for 25,
and 20 to 23 were usual. With a locomotion efficiency of 0.65 (assumption) it takes 58 Wh/km (0.08
Wh for each kilogram) on the flat: below the 95 Wh/km of its design (36 V, 2 x 121 Ah, 92 km) and
the 132 Wh/km of Apollo 16's report, radio, television and navigation included (98.2 Ah on 26.7 km).
Sinkage 1.8 cm; its flexible wheels left about 1.25 cm (recall). VIPER's 430 kg at 0.2 m/s on 15
degrees take 150 W of its 450 W, and climb 23 degrees without grousers, where its limit is 25.
Tests: `tests/elements/test_mobility.py`.

**Sources.** Bekker 1969; Lunar Sourcebook 1991, section 9 (soil, recall). Apollo 16 mission report,
section 8.1 (LRV); slopes of the LRV: Jacob and others 2026.
NASA: VIPER 430 kg, 450 W, 0.2 m/s, slopes 15 degrees nominal and 25 at the limit. Lunokhod 2:
840 kg, 1 to 2 km/h. Yutu-2: 135 to 140 kg, isotope heaters and sleep through the night.
"""

from typing import Literal

from pydantic import model_validator

from moonstead.components import Load, Parts, joined
from moonstead.contracts import Priority
from moonstead.elements.drive import Drive, drive_power_w
from moonstead.elements.vehicle import Vehicle
from moonstead.spec import Positive

HEAT_INSIDE_FRACTION = 0.3
"""Share of the drive power that warms the insulated box (assumption)."""


class Rover(Vehicle):
    """Wheeled rover."""

    type: Literal["rover"]
    """Which element type this is."""
    drive_power_w: Positive | None = None
    """Mean power while driving; or give ``drive``."""
    drive: Drive | None = None
    """Wheels, speed, slope and soil, from which the drive power follows."""

    @model_validator(mode="after")
    def _drives_somehow(self) -> "Rover":
        if (self.drive is None) == (self.drive_power_w is None):
            raise ValueError("give either drive_power_w or drive, not both")
        self.driving_power_w()
        return self

    def driving_power_w(self) -> float:
        """Return the mean power while driving.

        Raises
        ------
        ValueError
            The slope cannot be climbed.
        """
        if self.drive is not None:
            return drive_power_w(self.drive, self.mass_kg)
        return self.drive_power_w or 0.0

    def parts(self) -> Parts:
        """Return its bus, battery, panel, loads and charging link."""
        drive = Load(
            name=f"{self.name}.drive",
            bus=self.name,
            node=self.name,
            power_w=self.driving_power_w(),
            priority=Priority.MOBILITY,
            heat_fraction=HEAT_INSIDE_FRACTION,
        )
        return joined((self.vehicle_parts(), Parts(loads=(drive,))))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs on a sortie."""
        return (f"{self.name}.drive", f"{self.name}.payload")
