"""When the people of a partner can reach the station: contacts given, silences, shifts."""

from bisect import bisect_right

import numpy as np

from moonstead.comms.control_centres import (
    control_centre_named,
    load_control_centres,
    shift_times,
)
from moonstead.environment.timescale import from_utc
from moonstead.scenario.ground_side import contact_given
from moonstead.scenario.model import Scenario
from moonstead.units import DAY_S


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
        self.silent: frozenset[str] = frozenset()
        """Partners whose control centres are silent by a fault."""
        self._silences = [
            (given.partner, from_utc(given.start), from_utc(given.until))
            for given in scenario.ground.silence
        ]
        self._has_centres = bool(scenario.control_centre)
        known, end_t_s = load_control_centres(), from_utc(scenario.run.end)
        self._shifts = [
            (given.partner, given.staff_fraction * staff, *times.T.tolist())
            for given in scenario.control_centre
            for staff, times in shift_times(
                control_centre_named(given.centre, known), start_t_s, end_t_s + DAY_S
            )
        ]

    def is_given(self, t_s: float) -> bool:
        """Return whether the station has a contact given to it."""
        if self._ground.contact_for_s is None:
            return True
        return bool(contact_given(self._ground, np.array(t_s - self._start_t_s)))

    def is_silent(self, partner: str, t_s: float) -> bool:
        """Return whether the control centres of a partner can neither command nor hear."""
        return partner in self.silent or any(
            of in {None, partner} and begin <= t_s < end for of, begin, end in self._silences
        )

    def is_open(self, partner: str, t_s: float) -> bool:
        """Return whether the control centres of a partner may command and hear now."""
        return self.is_given(t_s) and not self.is_silent(partner, t_s)

    def people(self, partner: str, t_s: float) -> float:
        """Return how many people of a partner are on shift; one where nobody counts them."""
        if not self._has_centres:
            return 1.0
        people = 0.0
        for of, staff, begins_t_s, ends_t_s in self._shifts:
            if of == partner:
                begun = bisect_right(begins_t_s, t_s)
                people += staff * (begun > bisect_right(ends_t_s, t_s))
        return people
