"""When a case is over: what was wrong has looked right for long enough."""

import numpy as np

from moonstead.autonomy.protection.cases import Case
from moonstead.autonomy.protection.gains import Gains
from moonstead.autonomy.protection.lumped_loads import DRAWS
from moonstead.autonomy.protection.observer import Observer
from moonstead.autonomy.protection.procedures import Do
from moonstead.autonomy.protection.signs import Watcher
from moonstead.autonomy.protection.suspicion import STATION
from moonstead.contracts import Notice
from moonstead.units import DAY_S

RIGHT_TICKS = 6
"""What has looked right for so many ticks one after the other is over."""
WHOLE_TICKS = 18
"""The same for a source that gave less: what it gives scatters about what is a loss."""
RETEST_S = DAY_S
"""A sensor that is excluded is believed again after so long of agreement with the model."""
RIGHT_SIGMA = 3.5


class Recovery:
    """Watches cases until they are over.

    Parameters
    ----------
    observer, watcher, gains
        Of the same protection.
    """

    def __init__(self, observer: Observer, watcher: Watcher, gains: Gains) -> None:
        self._observer, self._watcher, self._gains = observer, watcher, gains

    def is_over(self, case: Case, now: float, *, is_told: bool) -> bool:
        """Whether what was wrong has looked right for long enough; asked once a tick.

        Parameters
        ----------
        case
            With channels that show it.
        now
            Time of this tick.
        is_told
            Whether a self-test still tells it.
        """
        if case.subject == STATION:
            return now - case.since_t_s > DAY_S
        known = right = True
        # A model that has run beside an excluded sensor for days has drifted.
        most = (2.0 if case.has_done(Do.EXCLUDE) else 1.0) * RIGHT_SIGMA
        for channel in case.channels:
            shows = self._can_tell(case, channel)
            known &= shows
            right &= not shows or abs(float(self._observer.z[channel])) < most
        case.is_told |= is_told
        if not (known or case.is_told):
            return False
        is_loss = case.entry.table == "source" and not case.has_done(Do.EXCLUDE)
        if is_loss:
            # Compared with what it gave when it was broken, a source that is mended looks wrong.
            right = self._gains.is_whole(case.channels)
        case.right = case.right + 1 if right and not is_told else 0
        if case.has_done(Do.EXCLUDE):
            still = any(self._watcher.is_frozen(channel) for channel in case.channels)
            case.right = 0 if still else case.right
            return case.right * self._observer.belief.tick_s >= RETEST_S
        return case.right >= (WHOLE_TICKS if is_loss else RIGHT_TICKS)

    def _can_tell(self, case: Case, channel: int) -> bool:
        """Whether the channel shows now whether the fault is still there."""
        observer = self._observer
        if not np.isfinite(observer.z[channel]):
            return False
        span = observer.span["load"]
        if not span.start <= channel < span.stop or case.has_done(Do.EXCLUDE):
            return True
        is_low = "low" in case.entry.sign or case.has_done(Do.LEARN)
        least_w = DRAWS * observer.belief.plant.load_power_w[channel - span.start]
        return bool(not is_low or observer.expected[channel] > least_w)

    def close(self, case: Case, now: float) -> Notice:
        """End a case that is over; return what is told of it."""
        for channel in case.channels:
            if not self._observer.trust[channel]:
                self._observer.begin_anew(channel)
            self._watcher.forget(channel)
        self._gains.restore_design(case.channels)
        text = f"{case.subject} looks right again; the fault was: {case.entry.cause}"
        if case.has_done(Do.RESIZE):
            share = self._gains.room(case.subject)
            text = f"{case.subject} goes on with {100.0 * share:.0f} % of its capacity"
        elif case.has_done(Do.LEARN) and case.channels:
            share = self._gains.drawn(case.subject)
            text = f"{case.subject} goes on; it may draw {100.0 * share:.0f} % of its design"
        return Notice("recovered", case.subject, text, {"took_s": now - case.since_t_s})
