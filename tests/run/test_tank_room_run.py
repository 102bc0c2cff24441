"""Plans hold no more sessions than their tank has room for."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from flights import loop_of

import scenarios
from moonstead.autonomy.planning.requests import problem_of
from moonstead.autonomy.sessions import TANK_FULL
from moonstead.run.planning import situation_of
from moonstead.units import DAY_S

START = datetime(2035, 3, 1, tzinfo=UTC)
DRILL = """
[[element]]
type = "drill"
name = "drill"
partner = "cnsa"
mass_kg = 25
energy_j_per_m = "200 kJ/m"
rate_m_per_s = 5e-4
core_m2 = 5e-4
samples_kg = {samples_kg}
rate_bit_per_s = "5 kbit/s"
recorder = "hub"
[element.thermal]
heat_capacity_j_per_k = 2e4
radiating_area_m2 = 0.6
emissivity = 0.06
survival_min_k = 223
heater_power_w = 15

[[experiment]]
name = "cores"
title = "Cores"
partner = "cnsa"
element = "drill"
kind = "exploration"
duration_s = "2 h"
sessions = 30
value = 5
gap_s = "2 h"
"""


@pytest.mark.parametrize("samples_kg", [9.0, 20.0])
def test_what_is_planned_fits_into_the_box_and_all_of_it_is_done(
    samples_kg: float, tmp_path: Path
) -> None:
    loop = loop_of(
        tmp_path / "drill.toml",
        *(*scenarios.SMALL, DRILL.format(samples_kg=samples_kg)),
        start=START,
        days=3,
    )
    model, knowledge = loop.model, loop.knowledge
    asked = problem_of(model, situation_of(loop.world, model, knowledge, 3 * DAY_S))
    assert asked is not None
    names = [model.experiments[e].name for e in asked.experiment]
    planned = names.count("cores")
    statuses: Counter[str] = Counter()
    reasons: set[str] = set()
    random = np.random.default_rng(1)
    output = loop.simulator.new_output(loop.grid.run_count)
    for first in range(0, loop.grid.run_count, loop.per_tick):
        noise = random.standard_normal(loop.simulator.random_width)
        happened = loop.step(first, first + loop.per_tick, output, 0, noise)
        own = [row for row in happened.decision.plan if row.experiment == "cores"]
        statuses.update(row.status for row in own)
        reasons |= {row.reason for row in own if row.status == "left-out"}
    truly_kg = float(loop.simulator.state.tank_kg.sum())
    (cores,) = (one for one in model.experiments if one.name == "cores")
    each_kg = cores.ways[0].fills_kg
    assert truly_kg == pytest.approx(planned * each_kg, rel=0.02)
    assert planned == int(0.98 * samples_kg / each_kg) >= 2
    assert statuses["done"] == planned
    assert statuses["aborted"] == 0
    assert TANK_FULL in reasons
