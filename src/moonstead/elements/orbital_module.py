"""Orbital module: a part of the station in lunar orbit, with its own bus and recorder.

**Model.** Its array puts power times the lit share of its orbit on its own bus, called like itself,
with a battery and avionics; its body radiates to what it sees in orbit. Instruments make data into
its recorder. Other elements, a `habitat`, a `processor` or the `radio_terminal` that empties its
recorder, live in it by naming its bus.

**Assumptions.** Light and heat are means over the orbit, as orbits are short beside the days of a
run.

**Limits.** The orbit itself is not simulated: no eclipse by Earth, no season of the beta angle, and
its paths are open when the surface station's are. A battery sized for the eclipse of one orbit is
not tested by a mean; check it by power times eclipse time.

**Validation.** The lit share of a low orbit in the plane of the Sun by geometry, 0.606 at 100 km
(`tests/elements/test_transport.py::test_an_orbit_runs_on_its_mean_light`).

**Sources.** None: its numbers are the user's.
"""

from typing import Literal

from moonstead.components import Load, Parts, Recorder, joined
from moonstead.contracts import Priority
from moonstead.elements.element import Element
from moonstead.elements.spacecraft import Spacecraft
from moonstead.spec import NotNegative, Positive


class OrbitalModule(Element):
    """Module in orbit around the Moon."""

    type: Literal["orbital_module"]
    """Which element type this is."""
    payload_power_w: NotNegative = 0.0
    """Instruments while they observe."""
    payload_rate_bit_per_s: NotNegative = 0.0
    """Data made meanwhile."""
    recorder_bit: Positive
    """Capacity of its recorder."""
    spacecraft: Spacecraft
    """Its power and heat."""

    def parts(self) -> Parts:
        """Return its bus, power, node, instruments and recorder."""
        recorder = f"{self.name}.recorder"
        own = Parts(
            loads=self._payload(recorder),
            recorders=(Recorder(name=recorder, capacity_bit=self.recorder_bit),),
        )
        return joined((self.spacecraft.parts(self.name), own))

    def _payload(self, recorder: str) -> tuple[Load, ...]:
        if self.payload_power_w <= 0.0:
            return ()
        return (
            Load(
                name=f"{self.name}.payload",
                bus=self.name,
                node=self.name,
                power_w=self.payload_power_w,
                priority=Priority.SCIENCE,
                data_rate_bit_per_s=self.payload_rate_bit_per_s,
                recorder=recorder,
            ),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while its instruments observe."""
        return (f"{self.name}.payload",) if self.payload_power_w > 0.0 else ()
