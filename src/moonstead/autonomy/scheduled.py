"""The model that a planner plans with: around what is scheduled already, at its level of data."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from moonstead.autonomy.model import Forecast, StationModel
from moonstead.autonomy.planning.requests import Session
from moonstead.contracts import FloatArray

BOUNDLESS_BIT = 1e18


def planning_model(model: StationModel) -> StationModel:
    """Return the model to plan with: at level D1 no plan is made around what a recorder holds."""
    if model.keeps_all_data:
        return model
    return replace(model, recorder_limits_bit=(BOUNDLESS_BIT,) * len(model.recorder_limits_bit))


def with_scheduled(model: StationModel, sessions: Iterable[Session]) -> StationModel:
    """Return a model whose forecast has the power, data and people of given sessions taken off.

    Parameters
    ----------
    model
        What the station believes of itself.
    sessions
        Others have planned them; no session of these experiments is to be planned.
    """
    forecast = model.forecast
    base_w, drain = forecast.base_power_w.copy(), forecast.drain_bit_per_s.copy()
    pools = {name: amount.copy() for name, amount in forecast.pools.items()}
    count = 0
    for session in sessions:
        experiment = model.experiments[session.experiment]
        way = experiment.ways[session.way]
        share = _share(forecast, session)
        base_w += share * way.power_w
        if len(drain):
            drain[experiment.recorder] -= share * way.data_rate_bit_per_s
        for pool, amount in experiment.needs:
            pools[pool] = pools[pool] - amount * (share > 0.0)
        count += 1
    if not count:
        return model
    changed = replace(forecast, base_power_w=base_w, drain_bit_per_s=drain, pools=pools)
    return replace(model, forecast=changed)


def _share(forecast: Forecast, session: Session) -> FloatArray:
    """Return for which part of each slot a session runs, shape (n_slots,)."""
    edges_t_s = forecast.start_t_s + forecast.slot_s * np.arange(len(forecast.base_power_w) + 1)
    inside: FloatArray = np.clip(edges_t_s, session.start_t_s, session.end_t_s)
    return np.diff(inside) / forecast.slot_s
