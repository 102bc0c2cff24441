"""What must hold for every legal network under every sky."""

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import copied, difference, everything, made_of, random_parts, random_sky

from moonstead.components import Parts
from moonstead.simulation.balance import BALANCE_TOLERANCE, balances
from moonstead.simulation.parts import all_loads
from moonstead.simulation.simulator import Simulator

STEPS_S = st.sampled_from([1.0, 60.0, 600.0])
ROUNDING = 1e-11
NETWORKS = settings(max_examples=150, deadline=None)
FEW = settings(max_examples=40, deadline=None)


@NETWORKS
@given(random_parts(), random_sky(), STEPS_S)
def test_every_balance_closes(parts: Parts, sky: dict[str, Any], dt_s: float) -> None:
    made = made_of(parts, sky, dt_s)
    made.advance(0, len(sky["light"]), made.new_output(len(sky["light"])), 0)
    checks = balances(made.station, made.begin, made.state, made.ledger)
    names = made.station.names
    places = (names.stores, names.nodes, names.recorders, names.tanks, names.pools)
    told = [check.place for check in checks]
    assert sorted("+".join(told).split("+")) == sorted(
        [*names.buses, *(name for place in places for name in place)]
    )
    for check in checks:
        assert check.closes, check


@NETWORKS
@given(random_parts(), random_sky(), STEPS_S)
def test_every_step_is_lawful(parts: Parts, sky: dict[str, Any], dt_s: float) -> None:
    made = made_of(parts, sky, dt_s)
    n_steps = len(sky["light"])
    output = made.new_output(n_steps)
    for step in range(n_steps):
        before = copied(made.ledger)
        made.advance(step, step + 1, output, 0)
        flow = difference(made.ledger, before)
        _stocks_in_bounds(made)
        _power_in_bounds(made, flow, dt_s)
        _buses_balance(made, flow, before)
        _priority_is_respected(made, flow)
        _paths_in_bounds(made, flow, step, dt_s)
    assert all(np.isfinite(array).all() for array in everything(made, output))


def _stocks_in_bounds(made: Simulator) -> None:
    state, network = made.state, made.station.network
    assert np.all(state.store_energy_j >= 0.0)
    assert np.all(state.store_energy_j <= state.store_capacity_j)
    assert np.all(state.tank_kg <= network.tank_capacity_kg * (1.0 + ROUNDING))
    assert np.all(state.tank_kg >= -ROUNDING * network.tank_capacity_kg)
    assert np.all(state.load_queue_bit >= 0.0)
    parts = made.station.parts
    for recorder in parts.recorders:
        held_bit = sum(
            state.load_queue_bit[i]
            for i, one in enumerate(all_loads(parts))
            if one.recorder == recorder.name
        )
        capacity_bit = recorder.capacity_bit
        assert held_bit <= capacity_bit * (1.0 + ROUNDING)
    assert np.all(state.node_temperature_k > 0.0)


def _power_in_bounds(made: Simulator, flow: Any, dt_s: float) -> None:
    network = made.station.network
    level = made.state.load_level.copy()
    level[network.work_load] = 1.0  # part load costs more than its part, and a minimum run goes on
    asked_most_j = network.load_power_w * level * dt_s
    assert np.all(flow.load_used_j <= asked_most_j * (1.0 + ROUNDING) + 1e-9)
    assert np.all(flow.load_used_j >= 0.0)
    either_way = ("node_radiated_j", "node_ground_j", "coupling_j")
    for name, array in flow._asdict().items():
        if name not in either_way:
            assert np.all(array >= -1e-6), name
    limits = (network.store_charge_power_w, network.store_discharge_power_w)
    for moved_j, limit_w in zip(
        (flow.store_charged_j, flow.store_discharged_j), limits, strict=True
    ):
        assert np.all(moved_j <= limit_w * dt_s * (1.0 + ROUNDING) + 1e-6)


def _islands(made: Simulator) -> list[set[str]]:
    """Buses that closed ties join, found here by joining sets."""
    islands = [{name} for name in made.station.names.buses]
    for tie, level in zip(made.station.parts.ties, made.state.tie_level, strict=True):
        if level < 0.5:
            continue
        joined = [island for island in islands if island & {tie.bus_a, tie.bus_b}]
        islands = [island for island in islands if island not in joined]
        islands.append(set().union(*joined))
    return islands


def _on(items: Iterable[Any], island: set[str]) -> np.ndarray:
    return np.array([item.bus in island for item in items], dtype=np.bool_)


def _buses_balance(made: Simulator, flow: Any, before: Any) -> None:
    """First law, added up here from single flows and not by the code under test."""
    parts = made.station.parts
    total_j = sum(float(np.abs(array).sum()) for array in before) + 1.0
    for island in _islands(made):
        came = flow.source_drawn_j[_on(parts.sources, island)].sum()
        came += flow.store_discharged_j[_on(parts.stores, island)].sum()
        fed = np.array([link.to_bus in island for link in parts.links], dtype=np.bool_)
        came += flow.link_delivered_j[fed].sum()
        went = flow.load_used_j[_on(all_loads(parts), island)].sum()
        went += flow.store_charged_j[_on(parts.stores, island)].sum()
        assert abs(came - went) <= 1e-9 * max(came, went) + 1e-14 * total_j


def _priority_is_respected(made: Simulator, flow: Any) -> None:
    network, parts = made.station.network, made.station.parts
    links = {link.name for link in parts.links}
    is_link = np.array([name in links for name in made.station.names.loads])
    for island in _islands(made):
        here = _on(all_loads(parts), island)
        used_here_j = flow.load_used_j[here].sum()
        tolerance_j = 1e-9 * (used_here_j + flow.load_unserved_j[here].sum()) + 1e-6
        short = here & (flow.load_unserved_j > tolerance_j)
        for i in np.flatnonzero(short):
            if not network.load_divisible[i]:
                assert flow.load_used_j[i] == 0.0
                continue
            lower = here & (network.load_priority > network.load_priority[i])
            assert np.all(flow.load_used_j[lower] <= tolerance_j)
            if np.any(here & is_link):
                continue  # what a link could not use is not granted again in the same step
            assert np.all(flow.source_spilled_j[_on(parts.sources, island)] <= tolerance_j)
            assert np.all(flow.store_charged_j[_on(parts.stores, island)] <= tolerance_j)
    both = np.minimum(flow.store_charged_j, flow.store_discharged_j)
    assert np.all(both == 0.0)


def _paths_in_bounds(made: Simulator, flow: Any, step: int, dt_s: float) -> None:
    """All radios on a path together send no more than it carries."""
    network = made.station.network
    for path in range(len(made.station.names.paths)):
        sent_bit = flow.transmitter_sent_bit[network.transmitter_path == path].sum()
        carries_bit = made.drivers.path_bit_per_s[path, step] * dt_s
        assert sent_bit <= carries_bit * (1.0 + ROUNDING) + 1e-6


@FEW
@given(random_parts(), random_sky(), st.randoms(use_true_random=False))
def test_the_order_of_parts_changes_nothing(parts: Parts, sky: dict[str, Any], random: Any) -> None:
    n_steps = len(sky["light"])
    made = made_of(parts, sky, 60.0)
    shuffled = {
        field.name: tuple(
            random.sample(getattr(parts, field.name), len(getattr(parts, field.name)))
        )
        for field in fields(parts)
    }
    other = made_of(replace(parts, **shuffled), sky, 60.0)
    outputs = made.new_output(n_steps), other.new_output(n_steps)
    made.advance(0, n_steps, outputs[0], 0)
    other.advance(0, n_steps, outputs[1], 0)
    assert made.station.names == other.station.names
    for a, b in zip(everything(made, outputs[0]), everything(other, outputs[1]), strict=True):
        assert a.tobytes() == b.tobytes()


@FEW
@given(random_parts(), random_sky(), st.data())
def test_cutting_a_run_into_pieces_changes_nothing(
    parts: Parts, sky: dict[str, Any], data: Any
) -> None:
    n_steps = len(sky["light"])
    whole, cut = made_of(parts, sky, 60.0), made_of(parts, sky, 60.0)
    outputs = whole.new_output(n_steps), whole.new_output(n_steps)
    whole.advance(0, n_steps, outputs[0], 0)
    places = sorted(data.draw(st.sets(st.integers(0, n_steps))) | {0, n_steps})
    for first, end in pairwise(places):
        piece = cut.new_output(end - first)
        cut.advance(first, end, piece, first)
        outputs[1].rows[first:end] = piece.rows
    for a, b in zip(everything(whole, outputs[0]), everything(cut, outputs[1]), strict=True):
        assert a.tobytes() == b.tobytes()


@FEW
@given(random_parts(), random_sky(), STEPS_S)
def test_the_series_add_up_to_the_ledger(parts: Parts, sky: dict[str, Any], dt_s: float) -> None:
    n_steps = len(sky["light"])
    made = made_of(parts, sky, dt_s)
    output = made.new_output(n_steps)
    made.advance(0, n_steps, output, 0)
    pairs = (
        (output["source_power_w"], made.ledger.source_drawn_j),
        (output["load_power_w"], made.ledger.load_used_j),
        (output["transmitter_bit_per_s"], made.ledger.transmitter_sent_bit),
    )
    for series, total in pairs:
        summed = series.sum(axis=1, dtype=np.float64) * dt_s
        np.testing.assert_allclose(summed, total, rtol=2.0**-23, atol=1e-30)
    last = output["store_energy_j"][:, -1]
    np.testing.assert_allclose(last, made.state.store_energy_j, rtol=2.0**-23, atol=1e-30)


def test_the_tolerance_is_the_promised_one() -> None:
    assert BALANCE_TOLERANCE <= 1e-9


@FEW
@given(random_parts(), random_sky())
def test_regulators_tell_what_part_of_each_offer_was_drawn(
    parts: Parts, sky: dict[str, Any]
) -> None:
    made = made_of(parts, sky, 60.0)
    output = made.new_output(1)
    for k in range(min(len(sky["light"]), 3)):
        drawn_j = made.ledger.source_drawn_j.copy()
        spilled_j = made.ledger.source_spilled_j.copy()
        made.advance(k, k + 1, output, k)
        drawn_j = made.ledger.source_drawn_j - drawn_j
        offered_j = drawn_j + made.ledger.source_spilled_j - spilled_j
        share = made.telemetry(0.0, k, k, output, np.zeros(made.random_width)).source_share
        np.testing.assert_allclose(share * offered_j, drawn_j, rtol=1e-5, atol=1e-3)
        assert np.all(share[offered_j == 0.0] >= 0.0)
        assert np.all(share <= 1.0)
