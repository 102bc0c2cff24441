"""What partners may expect: of all points, and of the time of each element.

Shares are those of the memorandum. What a partner asks for beyond its own is worth less, and what
it is entitled to goes by what the *others* ask for, so that nobody gains by asking for more.
"""

import numpy as np

from moonstead.autonomy.model import Experiment, StationModel
from moonstead.autonomy.planning.problem import Partner

SLOPES = (1.0, 0.8, 0.6)
"""Worth of a partner's points: up to 60 %, up to 100 % of what the partner may expect, beyond."""
FIRST_KNEE = 0.6
BEYOND = 0.25
"""Worth of a session for which a partner asks beyond its share of an element that others want too
(assumption)."""


def partners_of(
    model: StationModel, partners: list[str], earned: tuple[float, ...]
) -> tuple[Partner, ...]:
    """Return partners with what they had, against what they are entitled to.

    Parameters
    ----------
    model
        With the requests, and the share of each partner.
    partners
        Their names, in the order of the problem.
    earned
        Points of the sessions done, by experiment.

    A share s entitles to s / (1 - s) of what the others ask for: where all ask by their shares
    that is the share of everything, and who asks for more, or calls it worth more, is entitled to
    no more.
    """
    counted, asked = dict.fromkeys(partners, 0.0), dict.fromkeys(partners, 0.0)
    for experiment, points in zip(model.experiments, earned, strict=True):
        counted[experiment.partner] += points
        asked[experiment.partner] += experiment.value * experiment.sessions
    result = []
    for name in partners:
        share = model.shares.get(name)
        if share is None:
            result.append(Partner(name=name))
            continue
        others = sum(points for other, points in asked.items() if other != name)
        entitled = share / (1.0 - share) * others if share < 1.0 else asked[name]
        result.append(
            Partner(
                name=name,
                counted=counted[name],
                knees=(FIRST_KNEE * entitled, entitled),
                slopes=SLOPES,
            )
        )
    return tuple(result)


def full_sessions(model: StationModel) -> list[float]:
    """Return how many sessions of each experiment count in full.

    On an element for which others ask too, a partner is entitled to its share over theirs of the
    time for which they ask. That is used up in the order in which the requests were made; what is
    beyond is worth less, so that nobody fills an instrument by asking for more of it, or more
    loudly.
    """
    full = []
    used_s: dict[tuple[str, str], float] = {}
    for experiment in model.experiments:
        share = model.shares.get(experiment.partner)
        others = [
            other
            for other in model.experiments
            if other.element == experiment.element and other.partner != experiment.partner
        ]
        theirs = sum(model.shares.get(name, 0.0) for name in {other.partner for other in others})
        if share is None or theirs <= 0.0:
            full.append(np.inf)
            continue
        key = experiment.partner, experiment.element
        asked_s = sum(_asked_s(other) for other in others)
        left_s = share / theirs * asked_s - used_s.get(key, 0.0)
        used_s[key] = used_s.get(key, 0.0) + _asked_s(experiment)
        full.append(left_s / _asked_s(experiment) * experiment.sessions)
    return full


def _asked_s(experiment: Experiment) -> float:
    """Return for how long an experiment asks for its element."""
    return experiment.sessions * min(way.whole_s for way in experiment.ways)
