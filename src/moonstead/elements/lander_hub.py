"""Lander hub: the landed stage that carries main bus, computer, recorder and radios.

**Model.** A bus, a recorder, the station computer (always on, it makes housekeeping data), normal
housekeeping, and one radio for each path, which empties the recorder at the lesser of its own and
the path's rate while the path is open.

**Assumptions.** A station has exactly one. Of a radio's power a share leaves as radio waves.

**Limits.** No descent; no propellant (that is the `lander`).

**Validation.** Data sent is rate times open time, and its balances close, as for all types
(`tests/elements/test_every_type.py::test_its_example_runs_through_light_and_dark_and_balances`).

**Sources.** Rates of Queqiao-1's ladder: Zhang 2021, table 1.
"""

from typing import Literal

from moonstead.components import Bus, Load, Parts, Recorder, Transmitter
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Fraction, Name, NotNegative, Positive, Spec


class Radio(Spec):
    """A radio terminal on one path to Earth."""

    path: Name
    """The contact path that it serves."""
    power_w: Positive
    """Taken from the bus while it sends."""
    rate_limit_bit_per_s: Positive
    """Greatest rate that it can send."""
    radiated_fraction: Fraction = 0.2
    """Share of its power that leaves as radio waves."""


class LanderHub(Element):
    """Main bus, station computer, recorder and radios."""

    type: Literal["lander_hub"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it makes."""
    computer_power_w: Positive
    """Station computer and beacon receiver: on for as long as there is any power."""
    housekeeping_power_w: NotNegative = 0.0
    """Sensors, mechanisms and cameras of the station in normal operation."""
    housekeeping_rate_bit_per_s: NotNegative = 0.0
    """Telemetry made by the computer."""
    recorder_bit: Positive
    """Capacity of the station recorder."""
    radio: tuple[Radio, ...]
    """One terminal for each path."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return bus, computer, recorder and radios."""
        recorder = f"{self.name}.recorder"
        computer = Load(
            name=f"{self.name}.computer",
            bus=self.bus,
            node=self.name,
            power_w=self.computer_power_w,
            priority=Priority.SURVIVAL,
            initial_level=1.0,
            data_rate_bit_per_s=self.housekeeping_rate_bit_per_s,
            recorder=recorder,
        )
        housekeeping = Load(
            name=f"{self.name}.housekeeping",
            bus=self.bus,
            node=self.name,
            power_w=self.housekeeping_power_w,
            priority=Priority.HOUSEKEEPING,
            initial_level=1.0,
        )
        loads = (computer, housekeeping) if self.housekeeping_power_w > 0.0 else (computer,)
        return Parts(
            buses=(Bus(name=self.bus),),
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
            recorders=(Recorder(name=recorder, capacity_bit=self.recorder_bit),),
            transmitters=tuple(self._transmitter(radio, recorder) for radio in self.radio),
        )

    def _transmitter(self, radio: Radio, recorder: str) -> Transmitter:
        load = Load(
            name=f"{self.name}.radio-{radio.path}",
            bus=self.bus,
            node=self.name,
            power_w=radio.power_w,
            priority=Priority.HOUSEKEEPING,
            heat_fraction=1.0 - radio.radiated_fraction,
        )
        return Transmitter(
            load=load,
            recorder=recorder,
            path=radio.path,
            rate_limit_bit_per_s=radio.rate_limit_bit_per_s,
        )
