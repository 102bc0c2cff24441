"""The material against the values of the published model, and the cells against its integrals."""

import numpy as np
import pytest

from moonstead.environment.regolith.properties import Regolith, column
from moonstead.errors import InputError

# ../shared/figures.md B.2, computed there from the polynomials of Hayne et al. 2017
CAPACITY = {50: 138.0, 100: 282.9, 200: 555.0, 250: 671.8, 273: 719.7, 350: 850.4, 390: 899.5}


def test_heat_capacity() -> None:
    found = Regolith().heat_capacity_j_per_kg_k(list(CAPACITY))
    assert found == pytest.approx(list(CAPACITY.values()), abs=0.1)


def test_density_and_conductivity_with_the_global_scale_depth() -> None:
    regolith = Regolith(scale_depth_m=0.07)
    assert regolith.density_kg_per_m3([0.05, 0.10]) == pytest.approx([1457.3, 1632.2], abs=0.1)
    assert regolith.contact_conductivity_w_per_m_k(0.05) == pytest.approx(2.098e-3, abs=1e-6)
    assert regolith.conductivity_w_per_m_k(0.0, 350.0) == pytest.approx(2.738e-3, abs=1e-6)


def test_thermal_inertia_of_the_surface() -> None:
    # Hayne et al. 2017, abstract: 55 +- 2 J/m2/K/s^0.5 at 273 K
    regolith = Regolith()
    inertia = np.sqrt(
        regolith.conductivity_w_per_m_k(0.0, 273.0)
        * regolith.density_kg_per_m3(0.0)
        * regolith.heat_capacity_j_per_kg_k(273.0)
    )
    # the figure is a fit over the depth that a lunation warms; the surface alone is lighter
    assert 30.0 < inertia < 57.0
    deeper = np.sqrt(
        regolith.conductivity_w_per_m_k(0.04, 273.0)
        * regolith.density_kg_per_m3(0.04)
        * regolith.heat_capacity_j_per_kg_k(273.0)
    )
    assert deeper > 53.0


def test_albedo_rises_with_incidence() -> None:
    regolith = Regolith()
    assert regolith.albedo_at(np.radians([0.0, 45.0, 90.0])) == pytest.approx(
        [0.12, 0.12 + 0.06 + 0.25 / 256.0, 0.12 + 0.48 + 0.25]
    )
    angle = np.radians(np.arange(0.0, 90.0, 0.01) + 0.005)
    mean = np.average(regolith.albedo_at(angle), weights=np.sin(2.0 * angle))
    assert regolith.diffuse_albedo == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize(("first_m", "growth"), [(0.004, 1.25), (0.001, 1.05), (0.02, 1.0)])
def test_the_mass_of_a_column_does_not_depend_on_its_cells(first_m: float, growth: float) -> None:
    ground = column(first_m=first_m, growth=growth)
    bottom_m = ground.node_m[-1]
    depth_m = (np.arange(20_000) + 0.5) * bottom_m / 20_000
    weighed = np.mean(ground.regolith.density_kg_per_m3(depth_m)) * bottom_m
    assert ground.cells[0].sum() == pytest.approx(weighed, rel=1e-6)
    assert ground.node_m[0] == 0.0
    assert bottom_m >= 2.0


def test_depths_are_found_between_nodes() -> None:
    ground = column()
    node, weight = ground.places([0.0, 0.5, float(ground.node_m[-1])])
    depth_m = (1.0 - weight) * ground.node_m[node] + weight * ground.node_m[node + 1]
    assert depth_m == pytest.approx([0.0, 0.5, ground.node_m[-1]])


def test_wrong_columns_and_depths_are_refused() -> None:
    with pytest.raises(InputError, match="growth of at least 1"):
        column(growth=0.5)
    with pytest.raises(InputError, match="depth_m"):
        column().places([-0.1])
    with pytest.raises(InputError, match="or a deeper column"):
        column().places([0.1, 50.0])
    with pytest.raises(InputError, match="depth_m"):
        column().places([float("nan")])
