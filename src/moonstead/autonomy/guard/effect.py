"""What a command would do: carried through the forecast before it is accepted."""

from collections.abc import Mapping

import numpy as np

from moonstead.autonomy.guard.energy.stores import carry
from moonstead.autonomy.guard.knowledge import Knowledge, Lever
from moonstead.autonomy.guard.modes import DOWN_MARGIN, Mode
from moonstead.autonomy.guard.outgoing import Stand
from moonstead.autonomy.guard.words import Refusal
from moonstead.contracts import FloatArray
from moonstead.units import DAY_S, HOUR_S, KWH_J

HORIZON_S = 60 * DAY_S
"""The carrying ends here where no darkness ends before."""
SLACK_J = 1.0


class Effect:
    """The loads as they are set, and what they would make of the energy."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._drawn = tuple(
            (lever.name, lever.power_w, _counted(lever))
            for lever in knowledge.levers
            if lever.power_w > 0.0
        )
        self._sources = tuple(lever for lever in knowledge.levers if lever.generation_share > 0.0)

    def extra_w(self, sent: Mapping[str, float]) -> float:
        """Return what is drawn from the main bus beyond the survival load."""
        return sum(
            power_w * (sent[name] - counted)
            for name, power_w, counted in self._drawn
            if sent[name] > counted
        )

    def generation_share(self, sent: Mapping[str, float]) -> float:
        """Return the share of the forecast generation that the sources are set to."""
        return 1.0 - sum(
            lever.generation_share * max(lever.normal_level - sent[lever.name], 0.0)
            for lever in self._sources
        )

    def harm_of(
        self,
        lever: Lever,
        level: float,
        sent: Mapping[str, float],
        stand: Stand,
        now: tuple[float, FloatArray],
    ) -> Refusal | None:
        """Return why setting a lever to a level would do harm, or None.

        Parameters
        ----------
        lever, level
            What is asked.
        sent
            Levels as they are set.
        stand
            What the bounds depend on.
        now
            The present, s, and what the stores hold above their floors, J, shape (n_stores,).
        """
        low, high = stand.bounds(lever)
        if level < low:
            when = " before the dark is over" if lever.is_heater or lever.kind == "link" else ""
            return Refusal(f"something dies without {lever.name}: not below {low:g}{when}")
        if level > high:
            return Refusal(
                f"in mode {stand.step.name.lower()} {lever.name} is not set above {high:g}"
            )
        after = {**sent, lever.name: level}
        if self.extra_w(after) <= self.extra_w(sent) and self.generation_share(
            after
        ) >= self.generation_share(sent):
            return None
        least_j = 0.0
        if self.generation_share(after) < self.generation_share(sent):
            # A load is shed when energy gets short; what a source has not given is gone.
            capacity_j = self._knowledge.capacity_j[self._knowledge.slot(now[0])]
            least_j = DOWN_MARGIN[Mode.TRIM] * float(capacity_j)
        margin_j, lack_t_s, unmet_j = self._carry(after, now)
        if margin_j >= least_j and unmet_j <= SLACK_J:
            return None
        before_j, _, unmet_before_j = self._carry(sent, now)
        if margin_j >= min(before_j, least_j) - SLACK_J and unmet_j <= unmet_before_j + SLACK_J:
            return None
        below_j = max(least_j - margin_j, 0.0)
        values = {"lacking_j": below_j + unmet_j, "unmet_j": unmet_j, "at_t_s": lack_t_s}
        if below_j <= SLACK_J:
            return Refusal(f"the stores cannot give {unmet_j / KWH_J:.2f} kWh of it", values)
        return Refusal(
            f"the energy would be below the reserve {(lack_t_s - now[0]) / HOUR_S:.1f} h from now; "
            f"{(below_j + unmet_j) / KWH_J:.2f} kWh lack",
            values,
        )

    def _carry(
        self, levels: Mapping[str, float], now: tuple[float, FloatArray]
    ) -> tuple[float, float, float]:
        """Return the least margin over the reserve, when it is below first, and what is unmet."""
        known = self._knowledge
        t_s, held_j = now
        first = known.slot(t_s)
        end = min(first + int(HORIZON_S / known.slot_s) + 1, len(known.generation_w))
        over_t_s = known.start_t_s + (first + 1) * known.slot_s
        times = (min(max(over_t_s - t_s, 1e-3), known.slot_s), known.slot_s)
        net_w = self.generation_share(levels) * known.generation_w[first:end]
        net_w = net_w - known.survival_w[first:end] - self.extra_w(levels)
        margin_j, slot, unmet_j = carry(
            np.minimum(held_j, known.fleet[:, 0]),
            known.fleet,
            known.present[first:end],
            net_w,
            known.reserve[0][first + 1 : end + 1],
            known.floor_j[first:end],
            times,
        )
        return float(margin_j), over_t_s + slot * known.slot_s, float(unmet_j)


def _counted(lever: Lever) -> float:
    """Return the level that the survival load counts already."""
    return lever.normal_level if lever.kind == "load" and lever.is_vital else lever.shed_level
