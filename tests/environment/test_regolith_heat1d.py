"""The same ground in heat1d, the published code of the model (Hayne et al. 2017)."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from flat_ground import LUNATION_S, equinox_flux

from moonstead.environment.regolith.properties import Regolith
from moonstead.environment.regolith.temperature import flux_temperatures

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "temperature.py"
WITHIN_K = 1.0  # rms and extremes; its mornings run ahead by its rule for the surface


@pytest.mark.parametrize("latitude", [0.0, 60.0])
def test_surface_through_a_lunation(latitude: float) -> None:
    python = os.environ.get("MOONSTEAD_HEAT1D_PYTHON")
    if not python:
        pytest.skip("set MOONSTEAD_HEAT1D_PYTHON to a Python with heat1d 0.3.2 and numpy<1.24")
    command = [python, "-W", "ignore", str(BENCHMARK), "--peer", str(latitude), "--peer-years", "3"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    peer = json.loads(answer.stdout.splitlines()[-1])
    steps = 480
    flux = equinox_flux(np.array([latitude]), steps, Regolith())
    _, series = flux_temperatures(flux, LUNATION_S / steps, keep_series=True)
    phase = np.array(peer["phase"])
    clear = (np.abs(phase - 0.25) > 0.01) & (np.abs(phase - 0.75) > 0.01)  # not across sunrise
    ours = np.interp(phase, (np.arange(steps) + 1.0) / steps, series[:, 0, 0], period=1.0)
    miss = (ours - peer["surface_k"])[clear]
    assert np.sqrt(np.mean(miss**2)) < WITHIN_K
    assert max(peer["surface_k"]) == pytest.approx(series.max(), abs=WITHIN_K)
    assert min(peer["surface_k"]) == pytest.approx(series.min(), abs=WITHIN_K)
