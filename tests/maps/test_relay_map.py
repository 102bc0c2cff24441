"""Layers of a relay, against the exact share of an ellipse above a pole."""

from pathlib import Path

import numpy as np
import pytest
from ball_maps import SOUTH, made_map, terrain_of
from scipy.optimize import brentq

from moonstead.cli.relay import find_relay
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.terrain.raster import open_terrain
from moonstead.environment.terrain.write import write_terrain
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.maps.followed import Followed
from moonstead.maps.plan import Area
from moonstead.maps.products import PRODUCTS, chosen_products
from moonstead.maps.run import MadeMap, MapRequest, make_map

RADIUS_KM = 1737.4
START_T_S = from_utc("2035-01-01")


def mapped(relay: Followed | None, folder: Path, words: str = "relay") -> MadeMap:
    image = made_map(np.zeros((41, 41)), SOUTH, 1000.0)
    write_terrain(terrain_of(image, np.zeros((41, 41))), folder / "level.tif")
    request = MapRequest(
        area=Area(-90.0, 0.0, 5000.0), products=chosen_products([words]), height_m=2.0,
        n_directions=36, start_t_s=START_T_S, years=1.0, relay=relay,
    )  # fmt: skip
    rasters = open_terrain([folder / "level.tif"])
    return make_map(rasters, request, load_ephemeris(), folder / "map", lambda _share, _what: None)


def share_above_pole(low_km: float, high_km: float, tilt_deg: float, mask_deg: float) -> float:
    """Return the share of an orbit, apolune over the pole's side, above the pole's horizon."""
    axis = RADIUS_KM + 0.5 * (low_km + high_km)
    ecc = 0.5 * (high_km - low_km) / axis

    def over(true_anomaly: float) -> float:
        r = axis * (1.0 - ecc**2) / (1.0 + ecc * np.cos(true_anomaly))
        up = -r * np.cos(true_anomaly) * np.sin(np.radians(tilt_deg)) - RADIUS_KM - 0.002
        level = np.sqrt(r**2 - (up + RADIUS_KM + 0.002) ** 2)
        return float(np.degrees(np.arctan2(up, level)) - mask_deg)

    rises = brentq(over, 0.5 * np.pi, np.pi)
    eccentric = 2.0 * np.arctan(np.sqrt((1.0 - ecc) / (1.0 + ecc)) * np.tan(rises / 2.0))
    return float(1.0 - (eccentric - ecc * np.sin(eccentric)) / np.pi)


@pytest.mark.parametrize(
    ("orbit", "mask_deg"), [((200, 16000, 62.4), 5.0), ((500, 8000, 90.0), 20.0)]
)
def test_share_and_spells_at_the_pole(
    orbit: tuple[float, float, float], mask_deg: float, tmp_path: Path
) -> None:
    low_km, high_km, tilt_deg = orbit
    text = f"{low_km},{high_km},{tilt_deg},90,30,180"
    relay = find_relay(text, mask_deg, START_T_S, load_ephemeris())
    made = mapped(relay, tmp_path)
    assert made.names == (
        "relay_fraction", "longest_relay_contact_h", "longest_relay_absence_h"
    )  # fmt: skip
    share = share_above_pole(low_km, high_km, tilt_deg, mask_deg)
    middle = tuple(size // 2 for size in made.image("relay_fraction").values.shape)
    # A tick more or less at either end of a pass, of 144 an orbit or more.
    assert made.image("relay_fraction").values[middle] == pytest.approx(share, abs=1.0 / 144.0)
    period_h = 2.0 * np.pi * np.sqrt((RADIUS_KM + (low_km + high_km) / 2.0) ** 3 / 4902.800066)
    period_h /= 3600.0
    longest_h = made.image("longest_relay_absence_h").values[middle]
    assert longest_h == pytest.approx((1.0 - share) * period_h, abs=2.5 * relay.step_s / 3600.0)
    assert "two-body orbit" in made.image("relay_fraction").note


def test_a_scenario_names_its_relay() -> None:
    ephemeris = load_ephemeris()
    found = find_relay("ilrs-basic", None, START_T_S, ephemeris)
    assert "relay of ilrs-basic" in found.told()["words"]
    assert found.mask_deg == 5.0
    distance_km = np.linalg.norm(found.position_m, axis=1) / 1e3 - RADIUS_KM
    # Its perilune swings by some hundred kilometres under the Earth's pull.
    assert 100.0 < distance_km.min() < 500.0
    assert distance_km.max() == pytest.approx(16000.0, abs=500.0)
    # The frozen orbit lingers over the south.
    assert np.mean(found.position_m[:, 2] < 0.0) > 0.85


@pytest.mark.parametrize(
    "text",
    ["200,16000", "a,b", "200,16000,62.4,nan", "-300,2,3,4", "200,1e9,62,90", "1,2,3,4,5,6,7"],
)
def test_wrong_elements_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="write PERILUNE_KM,APOLUNE_KM"):
        find_relay(text, None, START_T_S, load_ephemeris())


def test_layers_of_a_relay_need_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--relay: layers of a relay need one"):
        mapped(None, tmp_path)
    assert chosen_products(["all"]) == tuple(PRODUCTS.values())
    assert len(chosen_products(["all", "relay"])) == len(PRODUCTS) + 3
    assert len(chosen_products(["all", "band"])) == len(PRODUCTS) + 2
