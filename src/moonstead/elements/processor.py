"""A processor: reads raw data from one recorder and writes what is worth sending to another.

**Model.** At duty u (commanded, `duty_fraction` at the start) it reads up to u
`read_rate_bit_per_s` and writes what it read over `compression_ratio`. It takes u `power_w` whether
or not it finds anything to read.

**Assumptions.** The ratio is the same for all data. What it has read is gone from the raw recorder.

**Limits.** No queue of kinds of data; losses by lossy compression are not judged.

**Validation.** Bits written are bits read over the ratio, exactly; an empty recorder gives nothing.
Tests: `tests/elements/test_data_elements.py`.

**Sources.** Lossless compression of images by 1.5 to 3: CCSDS 120.0, test results (recall).
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Load, Parts
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Fraction, Name, Positive, RefersTo


class Processor(Element):
    """Data processor."""

    type: Literal["processor"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    power_w: Positive
    """At full duty."""
    duty_fraction: Fraction = 1.0
    """Share of full rate at which it works until commanded otherwise."""
    reads: Annotated[Name, RefersTo("element")]
    """The element whose recorder holds the raw data."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes what it writes."""
    read_rate_bit_per_s: Positive
    """At full duty."""
    compression_ratio: Annotated[float, Field(ge=1.0)]
    """Bits read per bit written."""
    thermal: Thermal
    """How it keeps warm."""

    @model_validator(mode="after")
    def _writes_elsewhere(self) -> "Processor":
        if self.reads == self.recorder:
            raise ValueError(
                "recorder must be another element's than reads, or it would read its own output"
            )
        return self

    def parts(self) -> Parts:
        """Return its load and its node."""
        work = Load(
            name=f"{self.name}.work",
            bus=self.bus,
            node=self.name,
            power_w=self.power_w,
            priority=Priority.HOUSEKEEPING,
            initial_level=self.duty_fraction,
            divisible=True,
            data_rate_bit_per_s=self.read_rate_bit_per_s / self.compression_ratio,
            recorder=f"{self.recorder}.recorder",
            reads=f"{self.reads}.recorder",
            read_rate_bit_per_s=self.read_rate_bit_per_s,
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(work, *heater(self.name, self.bus, self.thermal)),
        )
