"""Crew: people who breathe, drink, eat and work in a habitat.

**Model.** A person takes 0.816 kg of oxygen, 2.5 kg of water and 1.5 kg of food a day and gives
1.04 kg of carbon dioxide, 1.9 kg of humidity (to grey water), 1.6 kg of urine (to black water) and
0.276 kg of solid waste, all times the activity level; wash water goes from water to grey water.
Each gives 136.7 W of heat, times the activity level, to the habitat. Masses in and out are equal.
The crew gives its hours of work to the pool `crew`, every day between the same hours of the
station's clock.

**Assumptions.** Rates are means over the day, the same for all. Crew that has not arrived, or has
left, takes and gives nothing.

**Limits.** People who lack something do not die: their metabolism slows down to what there is. That
is an event of kind `crew-in-need`, and the run's verdict counts it as not survived. The clock
counts from the start of the run.

**Validation.** A closed day, Weir's equation for the heat (136.7 W to 1 %), and the sum for two
people and 55 days, 89.8 kg of oxygen, 275 kg of water, 165 kg of food, 114.4 kg of carbon dioxide
(`tests/elements/test_life_support.py::test_two_people_for_55_days`). Four people for 180 days take
588 kg of oxygen, 1800 kg of water and 1080 kg of food without loops
(`tests/elements/test_life_support.py::test_without_loops_everything_is_brought`); with an
`electrolyser`, a `sabatier` reactor and `water_recovery` at 98 % only food is brought, and 339 kg
of water are left over, as food has water in it; at 85 % it is 11 kg
(`tests/elements/test_life_support.py::test_four_people_for_180_days`).

**Sources.** NASA's Baseline Values and Assumptions Document (BVAD) and RP-1324; see
`moonstead.elements.metabolism`. 6.5 h of work a day: ISS practice (recall).
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from moonstead.components import Converter, FloatArray, Load, Parts, Supply, Surroundings
from moonstead.contracts import Priority
from moonstead.elements.element import Element
from moonstead.elements.metabolism import HEAT_W, body_flows
from moonstead.spec import Name, NotNegative, Positive, RefersTo
from moonstead.units import DAY_S, HOUR_S


class Crew(Element):
    """People."""

    type: Literal["crew"]
    """Which element type this is."""
    habitat: Annotated[Name, RefersTo("element")]
    """Where they live."""
    persons: Positive
    """How many."""
    activity_level: Annotated[float, Field(gt=0.0, le=5.0)] = 1.0
    """Metabolic rate by the mean rate of 136.7 W."""
    hygiene_kg_per_s: NotNegative = 0.0
    """Wash water of each of them, on top of what they drink."""
    work_s: Annotated[float, Field(ge=0.0, le=DAY_S)] = 6.5 * HOUR_S
    """Hours of work a day of each of them (ISS practice)."""
    work_begins_s: Annotated[float, Field(ge=0.0, lt=DAY_S)] = 0.0
    """Past the hour at which the run starts, every 24 h."""

    def at_work(self, surroundings: Surroundings) -> FloatArray:
        """Return how many work at each step."""
        since_s = (surroundings["elapsed_s"] - self.work_begins_s) % DAY_S
        return self.persons * (since_s < self.work_s).astype(np.float64)

    def parts(self) -> Parts:
        """Return their metabolism and their work."""
        body = Load(
            name=f"{self.name}.metabolism",
            bus="",
            node=self.habitat,
            power_w=0.0,
            priority=Priority.SURVIVAL,
            initial_level=1.0,
            divisible=True,
        )
        bodies = self.persons * self.activity_level
        flows = body_flows(self.habitat, bodies, self.persons * self.hygiene_kg_per_s)
        return Parts(
            converters=(Converter(load=body, flows=flows, reaction_heat_w=bodies * HEAT_W),),
            supplies=(Supply(name=f"{self.name}.work", pool="crew", amount=self.at_work),),
        )
