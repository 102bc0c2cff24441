"""Heat between nodes against closed forms, scipy's integrators and numpy's solver."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import Level, Series, load, node, run, simulator, source
from scipy.constants import Stefan_Boltzmann
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq
from scipy.special import erf

from moonstead.components import Coupling, Melting, Parts
from moonstead.contracts import Command


def insulated(name: str, capacity_j_per_k: float, kelvin: float, **changes: Any) -> Any:
    values = {"radiating_area_m2": 0.0, "initial_temperature_k": kelvin, **changes}
    return node(name, heat_capacity_j_per_k=capacity_j_per_k, **values)


def strap(a: str, b: str, w_per_k: float, **changes: Any) -> Coupling:
    return Coupling(name=f"{a}-{b}", node_a=a, node_b=b, conductance_w_per_k=w_per_k, **changes)


def temperatures(parts: Parts, end_s: float, n_steps: int) -> np.ndarray:
    made = simulator(parts, n_steps, end_s / n_steps)
    run(made, n_steps)
    return np.array(made.state.node_temperature_k)


def halves(errors: list[float]) -> None:
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(2.0, rel=0.1)


def test_two_coupled_nodes_follow_the_matrix_exponential_to_first_order() -> None:
    capacity, start = np.array([2e4, 5e4]), np.array([320.0, 250.0])
    ends = ((3.0, 0.0), (0.0, 5.0), (1.0, 2.0))
    for ground_a, ground_b in ends:
        grounds = (ground_a, ground_b)
        nodes = tuple(
            insulated(name, capacity[k], start[k], ground_conductance_w_per_k=grounds[k])
            for k, name in enumerate("ab")
        )
        parts = Parts(nodes=nodes, couplings=(strap("a", "b", 4.0),))
        matrix = np.array([[-4.0 - ground_a, 4.0], [4.0, -4.0 - ground_b]]) / capacity[:, None]
        truth = 200.0 + expm(matrix * 9000.0) @ (start - 200.0)

        def end(n: int, made_of: Parts = parts) -> np.ndarray:
            series = {"ground_temperature_k": np.full(n, 200.0)}
            made = simulator(made_of, n, 9000.0 / n, series)
            run(made, n)
            return np.array(made.state.node_temperature_k)

        errors = [float(np.abs(end(n) - truth).max()) for n in (300, 600, 1200)]
        assert errors[-1] < 0.05
        halves(errors)


def test_a_radiating_pair_follows_scipy_to_first_order() -> None:
    capacity = np.array([3e4, 8e4])

    def slope(_: float, kelvin: Any) -> Any:
        flux_w = Stefan_Boltzmann * 2.0 * (kelvin[0] ** 4 - kelvin[1] ** 4)
        return np.array([-flux_w, flux_w]) / capacity

    solved = solve_ivp(slope, (0.0, 7200.0), [380.0, 180.0], rtol=1e-11, atol=1e-9)
    nodes = (insulated("a", 3e4, 380.0), insulated("b", 8e4, 180.0))
    parts = Parts(nodes=nodes, couplings=(strap("a", "b", 0.0, radiating_m2=2.0),))
    errors = [
        float(np.abs(temperatures(parts, 7200.0, n) - solved.y[:, -1]).max())
        for n in (120, 240, 480)
    ]
    assert errors[-1] < 0.2
    halves(errors)


def test_a_rod_cools_as_fourier_says() -> None:
    """Twenty lumps of a rod with insulated ends: the first cosine decays at its own rate."""
    n, length_m, conductivity, area_m2, heat_j_per_m3_k = 20, 2.0, 150.0, 0.01, 2.4e6
    dx = length_m / n
    x = (np.arange(n) + 0.5) * dx
    start = 280.0 + 40.0 * np.cos(np.pi * x / length_m)
    names = [f"lump{k:02d}" for k in range(n)]
    nodes = tuple(
        insulated(name, heat_j_per_m3_k * area_m2 * dx, float(kelvin))
        for name, kelvin in zip(names, start, strict=True)
    )
    straps = tuple(strap(a, b, conductivity * area_m2 / dx) for a, b in pairwise(names))
    end_s = 6000.0
    decay = np.exp(-conductivity / heat_j_per_m3_k * (np.pi / length_m) ** 2 * end_s)
    truth = 280.0 + (start - 280.0) * decay
    found = temperatures(Parts(nodes=nodes, couplings=straps), end_s, 2000)
    # (pi / 40)^2 / 12 of the rate is what twenty lumps leave out; the step adds a tenth of it.
    assert decay < 0.5
    assert np.abs(found - truth).max() < 40.0 * 1e-3


@pytest.mark.parametrize("dt_s", [1.0, 10.0, 60.0])
def test_wax_takes_its_heat_of_fusion_and_gives_it_back(dt_s: float) -> None:
    """100 W into 10 kJ/K and 200 kJ of fusion: enthalpy by hand, at any step."""
    wax = Melting(melting_k=300.0, latent_j=2e5, band_k=1.0)
    n_steps = round(6000.0 / dt_s)
    heat_w = np.where(np.arange(2 * n_steps) < n_steps, 100.0, -100.0)
    box = insulated("box", 1e4, 280.0, melting=wax, absorbed_w=Series("heat"))
    made = simulator(Parts(nodes=(box,)), 2 * n_steps, dt_s, {"heat": heat_w})
    output = run(made, 2 * n_steps)
    kelvin = output["node_temperature_k"][0]
    t_s = (np.arange(n_steps) + 1) * dt_s

    def by_hand(heat_j: np.ndarray) -> np.ndarray:
        below_j, band_j = 1e4 * 19.5, 1e4 + 2e5
        inside = 299.5 + (heat_j - below_j) / band_j
        above = 300.5 + (heat_j - below_j - band_j) / 1e4
        kelvin = np.where(heat_j < below_j, 280.0 + heat_j / 1e4, inside)
        return np.where(heat_j > below_j + band_j, above, kelvin)

    assert kelvin[:n_steps] == pytest.approx(by_hand(100.0 * t_s), abs=1e-4)
    assert kelvin[n_steps:] == pytest.approx(by_hand(100.0 * (6000.0 - t_s)), abs=1e-4)
    assert kelvin[n_steps - 1] > 315.0


def test_a_melting_front_keeps_pace_with_neumann() -> None:
    """Stefan's problem in one phase: a front that melts into a row of lumps from a hot end.

    Exact: front at 2 a sqrt(D t), a exp(a^2) erf(a) sqrt(pi) = Stefan number (Carslaw and Jaeger).
    """
    conductivity, heat_j_per_m3_k, latent_j_per_m3 = 2.0, 2e6, 2e8
    hot_k, melts_k, band_k = 320.0, 300.0, 0.2
    n, dx = 40, 0.005
    stefan = heat_j_per_m3_k * (hot_k - melts_k) / latent_j_per_m3
    a = brentq(lambda v: v * np.exp(v * v) * erf(v) * np.sqrt(np.pi) - stefan, 1e-3, 2.0)
    end_s = 14400.0
    front_m = 2.0 * a * np.sqrt(conductivity / heat_j_per_m3_k * end_s)
    names = [f"lump{k:02d}" for k in range(n)]
    wax = Melting(melting_k=melts_k, latent_j=latent_j_per_m3 * dx, band_k=band_k)
    lumps = tuple(
        insulated(name, heat_j_per_m3_k * dx, melts_k - 0.5 * band_k, melting=wax) for name in names
    )
    parts = Parts(
        nodes=(insulated("hot", 1e15, hot_k), *lumps),
        couplings=(
            strap("hot", names[0], 2.0 * conductivity / dx),
            *(strap(x, y, conductivity / dx) for x, y in pairwise(names)),
        ),
    )
    made = simulator(parts, 2880, end_s / 2880)
    run(made, 2880)
    kelvin = made.state.node_temperature_k[1:]
    melted_m = float(np.clip((kelvin - melts_k + 0.5 * band_k) / band_k, 0.0, 1.0).sum()) * dx
    assert melted_m == pytest.approx(front_m, rel=0.02)


def test_a_pumped_loop_carries_by_its_power() -> None:
    """Steady state by hand: 120 W through 30 W/K at full power, through 15 W/K at half."""
    heater = load("lamp", 120.0, node="hot")
    pump = load("pump", 40.0, node="", divisible=True)
    nodes = (
        insulated("hot", 1e4, 280.0),
        insulated("cold", 1e4, 250.0, radiating_area_m2=1.0, emissivity=0.8),
    )
    parts = Parts(
        nodes=nodes,
        sources=(source("sun", 500.0, node=""),),
        loads=(heater, pump),
        couplings=(strap("hot", "cold", 30.0, pump="pump"),),
    )
    cold_k = (120.0 / (0.8 * Stefan_Boltzmann) + 100.0**4) ** 0.25
    made = simulator(parts, 8000, 60.0)
    output = made.new_output(8000)
    made.advance(0, 4000, output, 0)
    hot, cold = made.station.names.nodes.index("hot"), made.station.names.nodes.index("cold")
    kelvin = made.state.node_temperature_k
    assert kelvin[cold] == pytest.approx(cold_k, abs=1e-4)
    assert kelvin[hot] - kelvin[cold] == pytest.approx(4.0, abs=1e-4)
    made.obey([Command("pump", 0.5)])
    made.advance(4000, 8000, output, 0)
    assert kelvin[hot] - kelvin[cold] == pytest.approx(8.0, abs=1e-4)


def test_a_switch_is_shut_in_the_cold_and_conducts_when_warm() -> None:
    for kelvin, share in ((270.0, 0.0), (282.0, 0.4), (300.0, 1.0)):
        nodes = (insulated("a", 1e12, kelvin), insulated("b", 1e12, 200.0))
        parts = Parts(nodes=nodes, couplings=(strap("a", "b", 2.0, closes_above_k=280.0),))
        made = simulator(parts, 10, 60.0)
        run(made, 10)
        moved_w = made.ledger.coupling_j[0] / 600.0
        assert moved_w == pytest.approx(2.0 * share * (kelvin - 200.0), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32 - 1), st.sampled_from([1.0, 60.0, 6000.0]))
def test_one_step_of_any_graph_is_the_solution_of_its_linear_system(
    n: int, seed: int, dt_s: float
) -> None:
    """Couplings between random nodes, rings and double ones among them, by numpy's solver."""
    generator = np.random.default_rng(seed)
    names = [f"n{k:02d}" for k in range(n)]
    capacity = 10.0 ** generator.uniform(3.0, 6.0, n)
    start = generator.uniform(100.0, 400.0, n)
    ground = generator.uniform(0.0, 5.0, n)
    emitting = generator.uniform(0.0, 2.0, n)
    nodes = tuple(
        insulated(
            name, float(capacity[k]), float(start[k]), radiating_area_m2=float(emitting[k]),
            emissivity=1.0, absorbed_w=Level(300.0), ground_conductance_w_per_k=float(ground[k]),
        )
        for k, name in enumerate(names)
    )  # fmt: skip
    pairs = [
        generator.choice(n, 2, replace=False) for _ in range(int(generator.integers(1, 3 * n)))
    ]
    conducting = generator.uniform(0.0, 20.0, len(pairs))
    radiating = generator.uniform(0.0, 1.0, len(pairs))
    couplings = tuple(
        Coupling(
            name=f"c{k}", node_a=names[a], node_b=names[b],
            conductance_w_per_k=float(conducting[k]), radiating_m2=float(radiating[k]),
        )
        for k, (a, b) in enumerate(pairs)
    )  # fmt: skip
    slope = np.diag(capacity / dt_s + ground + 4.0 * Stefan_Boltzmann * emitting * start**3)
    gain = 300.0 - ground * (start - 150.0) - Stefan_Boltzmann * emitting * (start**4 - 100.0**4)
    for (a, b), w_per_k, m2 in zip(pairs, conducting, radiating, strict=True):
        flux_w = w_per_k * (start[a] - start[b])
        flux_w += Stefan_Boltzmann * m2 * (start[a] ** 4 - start[b] ** 4)
        steep_a = w_per_k + 4.0 * Stefan_Boltzmann * m2 * start[a] ** 3
        steep_b = w_per_k + 4.0 * Stefan_Boltzmann * m2 * start[b] ** 3
        gain[a] -= flux_w
        gain[b] += flux_w
        slope[a] += steep_a * np.eye(n)[a] - steep_b * np.eye(n)[b]
        slope[b] += steep_b * np.eye(n)[b] - steep_a * np.eye(n)[a]
    series = {"ground_temperature_k": np.full(1, 150.0)}
    made = simulator(Parts(nodes=nodes, couplings=couplings), 1, dt_s, series)
    run(made, 1)
    truth = start + np.linalg.solve(slope, gain)
    np.testing.assert_allclose(made.state.node_temperature_k, truth, rtol=1e-9)
