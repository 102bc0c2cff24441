"""What lunar regolith is made of, thermally: the standard model of Hayne et al. (2017).

Hayne et al. 2017, JGR Planets 122:2371, table A1; the heat capacity polynomial is theirs after
Ledlow et al. 1992 and Hemingway et al. 1981, the albedo law Keihm 1984 and Vasavada et al. 2012.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]

STEFAN_BOLTZMANN = 5.670374419e-8
"""W/m2/K4, CODATA 2018 (exact)."""
SOLAR_CONSTANT_W_PER_M2 = 1361.0
"""At 1 au: Kopp and Lean 2011, as in Hayne et al. 2017."""
AU_M = 149_597_870_700.0
"""IAU 2012 (exact)."""
COLD_TRAP_K = 110.0
"""Below it water ice lasts for the age of the Moon: the convention of Paige et al. 2010."""


@dataclass(frozen=True, slots=True)
class Regolith:
    """Material of the upper metres; the defaults are the global model of Hayne et al. (2017).

    Parameters
    ----------
    surface_density_kg_per_m3, deep_density_kg_per_m3
        At depth 0 and at great depth.
    scale_depth_m
        H of the density law; 0.06 is the value of the published validation runs, 0.07 the mean of
        the global maps.
    surface_conductivity_w_per_m_k, deep_conductivity_w_per_m_k
        Contact conductivity at depth 0 and at great depth.
    radiative_factor
        chi: ``K = Kc * (1 + chi * (T / 350 K)^3)``.
    heat_capacity_coefficients
        Of T^0 to T^4, J/kg/K; valid above 10 K.
    albedo
        Bond albedo at normal incidence: 0.12 highland, 0.07 mare.
    albedo_cubic, albedo_eighth
        Rise of the albedo with the angle of incidence i:
        ``cubic * (i / 45 deg)^3 + eighth * (i / 90 deg)^8``.
    emissivity
        In the infrared.
    geothermal_w_per_m2
        Heat flow from below.
    """

    surface_density_kg_per_m3: float = 1100.0
    deep_density_kg_per_m3: float = 1800.0
    scale_depth_m: float = 0.06
    surface_conductivity_w_per_m_k: float = 7.4e-4
    deep_conductivity_w_per_m_k: float = 3.4e-3
    radiative_factor: float = 2.7
    heat_capacity_coefficients: tuple[float, float, float, float, float] = (
        -3.6125,
        2.7431,
        2.3616e-3,
        -1.2340e-5,
        8.9093e-9,
    )
    albedo: float = 0.12
    albedo_cubic: float = 0.06
    albedo_eighth: float = 0.25
    emissivity: float = 0.95
    geothermal_w_per_m2: float = 0.018

    def density_kg_per_m3(self, depth_m: ArrayLike) -> FloatArray:
        """Return the density at depths, in the shape of ``depth_m``."""
        return _settling(
            self.surface_density_kg_per_m3, self.deep_density_kg_per_m3, depth_m, self.scale_depth_m
        )

    def contact_conductivity_w_per_m_k(self, depth_m: ArrayLike) -> FloatArray:
        """Return the conductivity through grain contacts at depths, in the shape of ``depth_m``."""
        return _settling(
            self.surface_conductivity_w_per_m_k,
            self.deep_conductivity_w_per_m_k,
            depth_m,
            self.scale_depth_m,
        )

    def conductivity_w_per_m_k(self, depth_m: ArrayLike, temperature_k: ArrayLike) -> FloatArray:
        """Return contact and radiative conductivity, in the common shape of the arguments."""
        hot = (np.asarray(temperature_k, dtype=np.float64) / 350.0) ** 3
        total: FloatArray = self.contact_conductivity_w_per_m_k(depth_m) * (
            1.0 + self.radiative_factor * hot
        )
        return total

    def heat_capacity_j_per_kg_k(self, temperature_k: ArrayLike) -> FloatArray:
        """Return the heat capacity at temperatures above 10 K, in their shape."""
        t = np.asarray(temperature_k, dtype=np.float64)
        return np.asarray(np.polyval(self.heat_capacity_coefficients[::-1], t))

    def albedo_at(self, incidence_rad: ArrayLike) -> FloatArray:
        """Return the albedo at angles of incidence from 0 to pi / 2, in their shape."""
        i = np.asarray(incidence_rad, dtype=np.float64)
        rise: FloatArray = (
            self.albedo_cubic * (i / (np.pi / 4.0)) ** 3
            + self.albedo_eighth * (i / (np.pi / 2.0)) ** 8
        )
        return self.albedo + rise

    @property
    def diffuse_albedo(self) -> float:
        """Albedo for light from the whole sky: the mean of `albedo_at`, weighted by cosine."""
        node, weight = np.polynomial.legendre.leggauss(16)
        incidence_rad = (node + 1.0) * np.pi / 4.0
        share = np.sin(2.0 * incidence_rad) * np.pi / 4.0
        return float(np.sum(weight * share * self.albedo_at(incidence_rad)))


def _settling(surface: float, deep: float, depth_m: ArrayLike, scale_m: float) -> FloatArray:
    settled: FloatArray = deep - (deep - surface) * np.exp(
        -np.asarray(depth_m, dtype=np.float64) / scale_m
    )
    return settled


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Regolith cut into cells; made by `column`.

    Parameters
    ----------
    regolith
        The material.
    node_m
        Shape (n,): depth of the nodes; the first is the surface.
    cells
        Shape (2, n): mass of the cell, kg/m2, and contact conductance of the interface below it,
        W/m2/K.
    """

    regolith: Regolith
    node_m: FloatArray
    cells: FloatArray

    @property
    def material(self) -> tuple[FloatArray, FloatArray]:
        """The tables of the kernel: `cells`, and the ground, shape (8,)."""
        r = self.regolith
        return self.cells, np.array(
            [
                r.radiative_factor / 350.0**3,
                r.emissivity * STEFAN_BOLTZMANN,
                r.geothermal_w_per_m2,
                *r.heat_capacity_coefficients,
            ]
        )

    def places(self, depth_m: ArrayLike) -> tuple[NDArray[np.int64], FloatArray]:
        """Return the node above each depth and the weight of the node below, both (d,).

        Raises
        ------
        InputError
            Where a depth is above the surface or below the last node.
        """
        depths = np.atleast_1d(np.asarray(depth_m, dtype=np.float64))
        bad = ~((depths >= 0.0) & (depths <= self.node_m[-1]))
        if bad.any():
            remedy = f"give depths from 0 to {self.node_m[-1]:.2f} m, or a deeper column"
            raise InputError(Problem("depth_m", "", f"{depths[bad][0]}", remedy))
        node = np.clip(np.searchsorted(self.node_m, depths, "right") - 1, 0, len(self.node_m) - 2)
        weight = (depths - self.node_m[node]) / (self.node_m[node + 1] - self.node_m[node])
        return node.astype(np.int64), weight


def column(
    regolith: Regolith | None = None,
    first_m: float = 0.004,
    growth: float = 1.25,
    deepest_m: float = 2.0,
) -> Column:
    """Cut regolith into cells that grow with depth.

    Parameters
    ----------
    regolith
        The material; None for the global model.
    first_m
        Distance of the first two nodes.
    growth
        Of the distances from node to node.
    deepest_m
        The last node lies here or just below. The yearly wave falls to 2 % in 2 m (its depth is
        0.2 m in warm and 0.5 m in cold ground).

    Returns
    -------
    Column
        With the defaults, 23 cells; against a grid ten times finer the coldest temperature of the
        night is 0.1 K too warm at the equator and 0.05 K at 89 degrees, all else is nearer.

    Raises
    ------
    InputError
        For a grid that does not reach down.
    """
    if not (first_m > 0.0 and growth >= 1.0 and deepest_m > first_m):
        value = f"first_m {first_m}, growth {growth}, deepest_m {deepest_m}"
        remedy = "give 0 < first_m < deepest_m and a growth of at least 1"
        raise InputError(Problem("column", "", value, remedy))
    r = regolith or Regolith()
    nodes = [0.0]
    step_m = first_m
    while nodes[-1] < deepest_m:
        nodes.append(nodes[-1] + step_m)
        step_m *= growth
    node_m = np.array(nodes)
    middle_m = 0.5 * (node_m[1:] + node_m[:-1])
    edge_m = np.concatenate([[0.0], middle_m, node_m[-1:]])
    lighter = r.deep_density_kg_per_m3 - r.surface_density_kg_per_m3
    # the integral of the density law, so that the column's mass does not depend on the cells
    above = r.deep_density_kg_per_m3 * edge_m
    above += lighter * r.scale_depth_m * np.exp(-edge_m / r.scale_depth_m)
    contact = r.contact_conductivity_w_per_m_k(middle_m) / np.diff(node_m)
    return Column(r, node_m, np.stack([np.diff(above), np.append(contact, 0.0)]))
