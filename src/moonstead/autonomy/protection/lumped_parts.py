"""Small parts that several laws of the model share."""

from moonstead.autonomy.protection.belief import Plant
from moonstead.autonomy.protection.lumped_tables import Expected
from moonstead.compiled import inlined


@inlined
def calmer(gain: float, least: float) -> float:
    """Return the gain of the next tick: 1/2, 1/3, 1/4 ... down to the constant one."""
    return max(gain / (1.0 + gain), least)


GATE_SIGMA = 8.0
BEGUN = 0.51
"""Gain where one reading is known: what the next one contradicts was an upset, maybe."""


@inlined
def is_outlier(z: float, before: float) -> bool:
    """Whether a residual is gross and the one before was not: nothing is corrected by one alone."""
    return abs(z) > GATE_SIGMA and not abs(before) > GATE_SIGMA


@inlined
def bolder(gain: float, model: float, noise: float) -> float:
    """Return the gain where the model knows less than the sensor (Kalman 1960, one step).

    Given what it does not know of a tick, and the noise of a reading: one standard deviation each.
    """
    return max(gain, model * model / (model * model + noise * noise + 1e-30))


@inlined
def grown(gain: float, model: float, noise: float) -> float:
    """Return the gain after a tick in which the model may have gone astray (Kalman 1960).

    Given one standard deviation of that, and of a reading. A gain is P / (P + R) with the variances
    P of the estimate and R of a reading.
    """
    added = (1.0 - gain) * model * model / (noise * noise + 1e-30)
    return (gain + added) / (1.0 + added)


@inlined
def throughput(plant: Plant, out: Expected, k: int) -> float:
    """Return the throughput of a converter, from the power that it draws."""
    i = plant.work_load[k]
    idle = plant.work_idle[k]
    # One that draws more than designed makes no more.
    share = min(out.used_load_w[i] / max(plant.load_power_w[i], 1e-9), 1.0)
    return max(share - idle, 0.0) / (1.0 - idle) if idle < 1.0 else 0.0
