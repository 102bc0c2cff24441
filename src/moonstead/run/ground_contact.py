"""When the people of a partner can reach the station: contacts given, silences, shifts."""

import numpy as np

from moonstead.environment.timescale import from_utc
from moonstead.scenario.ground_side import contact_given
from moonstead.scenario.model import Scenario
from moonstead.scenario.staff import on_shift


class GroundContact:
    """The limits that people on Earth are held to, besides that there is a way.

    Contacts are given to control centres: they bound telecommands and telemetry to people. Data
    go home through ground stations without them; a ground station that is silent is a fault.

    Parameters
    ----------
    scenario
        With its ``[ground]``.
    start_t_s
        Of the run, from which contacts are counted, TDB seconds past J2000.
    """

    def __init__(self, scenario: Scenario, start_t_s: float) -> None:
        self._ground, self._start_t_s = scenario.ground, start_t_s
        self._silences = [
            (given.partner, from_utc(given.start), from_utc(given.until))
            for given in scenario.ground.silence
        ]
        self._centres = scenario.control_centre

    def is_given(self, t_s: float) -> bool:
        """Return whether the station has a contact given to it."""
        return bool(contact_given(self._ground, np.array(t_s - self._start_t_s)))

    def is_open(self, partner: str, t_s: float) -> bool:
        """Return whether the control centres of a partner may command and hear now."""
        is_silent = any(
            of in {None, partner} and begin <= t_s < end for of, begin, end in self._silences
        )
        return self.is_given(t_s) and not is_silent

    def people(self, partner: str, t_s: float) -> float:
        """Return how many people of a partner are on shift; one where nobody counts them."""
        if not self._centres:
            return 1.0
        now = np.array([t_s])
        return sum(float(on_shift(c, now)[0]) for c in self._centres if c.partner == partner)
