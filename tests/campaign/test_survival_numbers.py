"""Chances and curves against published values and closed forms."""

import numpy as np
import pytest
from scipy.stats import beta

from moonstead.campaign.survival.statistics import (
    chance_of_no_loss,
    missions_for,
    survival_curve,
)

# Freireich et al. 1963, remission in weeks under 6-mercaptopurine; the estimate as printed in
# Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data.
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


@pytest.mark.parametrize(("missions", "chance"), [(59, 0.95), (299, 0.99), (2995, 0.999)])
def test_the_numbers_of_the_rule(missions: int, chance: float) -> None:
    assert chance_of_no_loss(missions, 0).at_least == pytest.approx(0.05 ** (1 / missions))
    assert chance_of_no_loss(missions, 0).at_least >= chance
    assert chance_of_no_loss(missions - 1, 0).at_least < chance
    assert missions_for(chance) == missions


@pytest.mark.parametrize(("missions", "lost"), [(20, 0), (300, 3), (10, 10), (100, 40)])
def test_the_interval_is_that_of_clopper_and_pearson(missions: int, lost: int) -> None:
    found, kept = chance_of_no_loss(missions, lost), missions - lost
    low = beta.ppf(0.025, kept, lost + 1) if kept else 0.0
    high = beta.ppf(0.975, kept + 1, lost) if lost else 1.0
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.estimate == kept / missions


def test_the_curve_is_the_published_one() -> None:
    curve = survival_curve([float(t) for t in RELAPSED], [float(t) for t in CENSORED])
    for week, kept in PUBLISHED.items():
        place = int(np.flatnonzero(curve.years == week)[0])
        assert curve.kept[place] == pytest.approx(kept, abs=5e-4)
    assert np.all(curve.low <= curve.kept)
    assert np.all(curve.kept <= curve.high)
    assert curve.years[-1] == 35.0


def test_a_fleet_without_a_loss_and_one_without_a_survivor() -> None:
    whole = survival_curve([], [10.0] * 20)
    assert whole.kept.tolist() == [1.0, 1.0]
    assert whole.low[-1] == pytest.approx(chance_of_no_loss(20, 0).low)
    gone = survival_curve([1.0, 2.0], [])
    assert gone.kept[-1] == 0.0
