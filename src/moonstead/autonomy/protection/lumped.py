"""What every sensor should read now, from the one before and what is measured elsewhere.

The station's own network, stepped once a tick with measured power, so that each part is judged by
its own law: a load by what it is commanded, a heater by the temperature that its thermostat sees, a
source by its light and what its regulator draws of it, a store and a tank by what goes in and out,
a node by its heat balance, a recorder by what is written and sent. Nothing is expected where the
network leaves it open (a link that charges a battery, a workshop that waits for hands): there it is
NaN.

A residual z is (reading - expected) / one standard deviation, with the figures of the data sheet
and a share for the model. Stores, tanks and nodes are followed by an observer with a constant gain:
x' = f(x) + K (reading - f(x)) (Luenberger 1971; K is chosen so that the noise of a sensor passes
with sqrt(K / (2 - K)) of it).
"""

import numpy as np

from moonstead.autonomy.protection.belief import Plant
from moonstead.autonomy.protection.lumped_loads import judge_loads
from moonstead.autonomy.protection.lumped_nodes import follow_nodes
from moonstead.autonomy.protection.lumped_recorders import follow_recorders
from moonstead.autonomy.protection.lumped_sources import (
    add_up_islands,
    judge_sources,
    offer_sources,
    tell_fed,
)
from moonstead.autonomy.protection.lumped_stores import follow_stores
from moonstead.autonomy.protection.lumped_tables import Estimate, Expected, Readings
from moonstead.autonomy.protection.lumped_tanks import follow_tanks
from moonstead.compiled import compiled_without_counting
from moonstead.references import referred


@compiled_without_counting
def expect(
    plant: Plant,
    mean: np.ndarray,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    dt_s: float,
) -> None:
    """Step the model over one tick and compare.

    Parameters
    ----------
    plant
        The network as designed.
    mean, last
        Rows of `Sky` of this tick.
    readings, estimate, out
        See there; the last two are changed in place.
    dt_s
        Length of the tick.
    """
    # By reference: handed on field by field, the tables are some hundred numbers a call, and the
    # compiler takes four times as long.
    own, seen, known, given = referred(plant), referred(readings), referred(estimate), referred(out)
    offer_sources(own, last, seen, known, given, dt_s)
    add_up_islands(own, seen, known, given)
    tell_fed(own, seen, known, given)
    judge_sources(own, seen, known, given)
    follow_stores(own, mean, last, seen, known, given, dt_s)
    follow_nodes(own, mean, last, seen, known, given, dt_s)
    judge_loads(own, seen, known, given, dt_s)
    follow_tanks(own, seen, known, given, dt_s)
    follow_recorders(own, seen, known, given, dt_s)
