"""The Moon's field against sums of Legendre functions, Laplace's equation and published figures."""

import gzip
from math import factorial, sqrt
from pathlib import Path

import heyoka
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import lpmv

from moonstead.errors import InputError
from moonstead.orbits.gravity import GravityField, low_field, read_field

FloatArray = NDArray[np.float64]
POINTS_M = np.array(
    [[1.8e6, 3e5, 2e5], [-4e5, 1.2e6, -1.5e6], [1e5, -2e4, 1.75e6], [9e6, -8e6, 5e6]]
)


def potential(field: GravityField, degree: int, place_m: FloatArray) -> float:
    """Sum the potential term by term: Montenbruck and Gill 2000, equations 3.10 and 3.13."""
    radius_m = float(np.linalg.norm(place_m))
    east = float(np.arctan2(place_m[1], place_m[0]))
    total = 0.0
    for n in range(degree + 1):
        for m in range(n + 1):
            twice = 1.0 if m == 0 else 2.0
            norm = sqrt(twice * (2 * n + 1) * factorial(n - m) / factorial(n + m))
            legendre = (-1.0) ** m * float(lpmv(m, n, place_m[2] / radius_m))
            wave = field.cosine[n, m] * np.cos(m * east) + field.sine[n, m] * np.sin(m * east)
            total += (field.radius_m / radius_m) ** n * norm * legendre * wave
    return total * field.gm_m3_per_s2 / radius_m


def pull(field: GravityField, degree: int) -> heyoka.cfunc:
    """Return the acceleration as the propagation has it, in the principal axes."""
    axes = heyoka.make_vars("x", "y", "z")
    pairs = [
        [float(field.cosine[n, m]), float(field.sine[n, m])]
        for n in range(degree + 1)
        for m in range(n + 1)
    ]
    expressions = heyoka.model.sh_gravity_acc(axes, pairs, mu=field.gm_m3_per_s2, a=field.radius_m)
    return heyoka.cfunc(expressions, axes)


@pytest.mark.parametrize("place_m", POINTS_M)
def test_pull_is_the_slope_of_the_summed_potential(place_m: FloatArray) -> None:
    field = low_field()
    found = pull(field, 12)(place_m)
    step_m = 1000.0
    for axis in range(3):
        aside = np.eye(3)[axis] * step_m
        # Fourth-order differences: what they leave out is below 1e-12 of the pull.
        near = potential(field, 12, place_m + aside) - potential(field, 12, place_m - aside)
        far = potential(field, 12, place_m + 2 * aside) - potential(field, 12, place_m - 2 * aside)
        slope = (8.0 * near - far) / (12.0 * step_m)
        assert found[axis] == pytest.approx(slope, abs=2e-11)


@pytest.mark.parametrize("place_m", POINTS_M)
def test_field_has_no_source_outside(place_m: FloatArray) -> None:
    acceleration = pull(low_field(), 12)
    step_m = 1000.0
    divergence = sum(
        (
            8.0 * (acceleration(place_m + aside)[axis] - acceleration(place_m - aside)[axis])
            - acceleration(place_m + 2 * aside)[axis]
            + acceleration(place_m - 2 * aside)[axis]
        )
        / (12.0 * step_m)
        for axis, aside in enumerate(np.eye(3) * step_m)
    )
    gradient = low_field().gm_m3_per_s2 / float(np.linalg.norm(place_m)) ** 3
    assert abs(divergence) < 1e-9 * gradient


def test_flattening_is_that_of_the_literature() -> None:
    # J2 = 2.0323e-4 and C22 = 2.24e-5, not normalised: Williams et al. 2014, JGR Planets 119, 1546.
    field = low_field()
    assert -sqrt(5.0) * field.cosine[2, 0] == pytest.approx(2.0323e-4, rel=5e-4)
    assert sqrt(5.0 / 12.0) * field.cosine[2, 2] == pytest.approx(2.238e-5, rel=2e-3)


ROWS = "2,0,-9.08e-5,0\n2,1,0,0\n2,2,3.46e-5,0\n"


def test_forms_of_a_file_read_alike(tmp_path: Path) -> None:
    plain = tmp_path / "moon.csv"
    plain.write_text("# a remark\n" + ROWS)
    packed = tmp_path / "moon.csv.gz"
    packed.write_bytes(gzip.compress(ROWS.encode()))
    shadr = tmp_path / "moon.tab"
    head = "0.1738E+04, 0.49028D+04, 0.1E-06, 2, 2, 1, 0.0, 0.0\n"
    shadr.write_text(head + ROWS.replace(",0\n", ",0,1e-12,1e-12\n"))
    fields = [read_field(path) for path in (plain, packed, shadr)]
    assert all(field.degree == 2 for field in fields)
    for field in fields[1:]:
        np.testing.assert_array_equal(field.cosine, fields[0].cosine)
    assert fields[2].gm_m3_per_s2 == pytest.approx(4902.8e9)
    assert fields[2].radius_m == pytest.approx(1738e3)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", ROWS + "3,x,0,0\n", "line 4"),
        ("a.csv", ROWS + "3,4,0,0\n", "order must be"),
        ("a.csv", ROWS + "3,0,nan,0\n", "line 4"),
        ("a.csv", ROWS + "3,0,0.5,0\n", "too large"),
        ("a.csv", ROWS + "3,0,1e-6,0\n", "degree 3, order 1"),
        ("a.csv", "", "no degree 2"),
        ("a.tab", ROWS, "line 1"),
        ("a.tab", "1738,4902,0,2,2,0,0,0\n" + ROWS, "normalised"),
        ("a.csv.gz", "not packed, a\n", "line 1"),
    ],
)
def test_bad_file_is_refused_with_its_line(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=words) as told:
        read_field(path)
    assert str(path) in str(told.value)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_field(tmp_path / "none.csv")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(ROWS.encode() * 100)[:-20])
    with pytest.raises(InputError, match="cannot be read"):
        read_field(cut)


@pytest.mark.data
def test_packaged_table_is_the_start_of_the_published_one(shared_data: Path) -> None:
    whole = read_field(shared_data / "gravity" / "grgm1200a_deg200.csv.gz")
    low = low_field()
    assert whole.degree == 200
    np.testing.assert_allclose(low.cosine, whole.cosine[:13, :13], rtol=1e-14)
    np.testing.assert_allclose(low.sine, whole.sine[:13, :13], rtol=1e-14)
