"""Hosts of science, against closed forms."""

import numpy as np
import pytest
from made_elements import element, sky
from pydantic import ValidationError
from running import DAY_S, kg, run_for, taken_j
from scipy.constants import Stefan_Boltzmann
from scipy.optimize import brentq

from moonstead.elements.dark_pallet import DarkPallet
from moonstead.elements.examples import example_elements
from moonstead.simulation.simulator import Simulator
from moonstead.units import HOUR_S, JULIAN_YEAR_S


def made_bit(made: Simulator, load: str) -> float:
    return float(made.ledger.load_made_bit[made.station.names.loads.index(load)])


def test_heads_of_a_mast_add_up() -> None:
    mast = element("science_mast")
    made = run_for([mast], HOUR_S, 60.0, on=mast.activity_loads())
    assert sum(taken_j(made, load) for load in mast.activity_loads()) == pytest.approx(
        (15.0 + 20.0 + 25.0) * HOUR_S
    )
    assert sum(made_bit(made, load) for load in mast.activity_loads()) == pytest.approx(
        (600e3 + 200e3) * HOUR_S
    )
    assert taken_j(made, "mast.standby") == pytest.approx(4.0 * HOUR_S)


def test_a_cold_stage_settles_by_stefan_and_boltzmann() -> None:
    """Struts and detector bring heat, the radiator loses it to ground of 40 K."""
    pallet = element("dark_pallet")
    made = run_for([pallet], 60 * DAY_S, 1800.0, on=pallet.activity_loads())
    nodes = made.station.names.nodes
    box_k = float(made.state.node_temperature_k[nodes.index("dark-pallet")])
    cold_k = float(made.state.node_temperature_k[nodes.index("dark-pallet.cold")])

    def gain_w(kelvin: float) -> float:
        radiated = 0.1 * Stefan_Boltzmann * (kelvin**4 - 40.0**4)
        return 0.001 * (box_k - kelvin) + 0.05 - radiated

    assert cold_k == pytest.approx(brentq(gain_w, 40.0, 300.0), abs=0.05)
    assert cold_k < 110.0


def test_radioisotope_heaters_halve_in_87_7_years() -> None:
    pallet = element("dark_pallet")
    assert isinstance(pallet, DarkPallet)
    years = np.array([0.0, 14.0, 87.7])
    heat = pallet.heat_w({**sky(3), "elapsed_s": years * JULIAN_YEAR_S})
    assert heat == pytest.approx(3.0 * np.array([1.0, 0.8953, 0.5]), rel=1e-4)


def test_a_core_weighs_its_volume_of_packed_soil() -> None:
    """1800 kg/m3 at depth (Hayne et al. 2017): a core of 3 m, 20 mm across, weighs 1.70 kg."""
    drill = element("drill", core_m2=np.pi / 4.0 * 0.02**2, samples_kg=5.0, rate_m_per_s=1e-4)
    made = run_for([drill], 30000.0, 500.0, on=["drill.drill"])
    assert kg(made, "drill.samples") == pytest.approx(1.696, rel=1e-3)
    assert taken_j(made, "drill.drill") == pytest.approx(3.0 * 200e3, rel=1e-9)


def test_a_drill_stops_when_its_store_is_full() -> None:
    drill = element("drill", samples_kg=0.1)
    made = run_for([drill], HOUR_S, 60.0, on=["drill.drill"])
    assert kg(made, "drill.samples") == pytest.approx(0.1)
    assert taken_j(made, "drill.drill") < 100.0 * HOUR_S


def test_a_glovebox_waits_for_hands() -> None:
    """Two days: 6.5 h of work on each."""
    made = run_for(example_elements("glovebox"), 2 * DAY_S, 600.0, on=["glovebox.work"])
    assert taken_j(made, "glovebox.work") == pytest.approx(2 * 6.5 * HOUR_S * 250.0, rel=1e-9)


@pytest.mark.parametrize("antennas", [1, 256])
def test_a_field_grows_by_its_antennas(antennas: int) -> None:
    field = element("antenna_field", antennas=antennas)
    made = run_for([field], HOUR_S, 60.0, on=field.activity_loads())
    assert taken_j(made, "antenna-field.antennas") == pytest.approx(antennas * 1.5 * HOUR_S)
    kept = antennas * 1.6e9 / 1e4 * HOUR_S
    assert made_bit(made, "antenna-field.receiver") == pytest.approx(kept)
    with pytest.raises(ValidationError):
        element("antenna_field", antennas=0)
    with pytest.raises(ValidationError):
        element("antenna_field", averaging=0.5)
