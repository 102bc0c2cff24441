import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import spiceypy as spice
from scipy.interpolate import BarycentricInterpolator

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError
from moonstead.interop.czml import czml_text, write_czml
from moonstead.interop.states_csv import COLUMNS, states_csv_text, write_states_csv

MOON_GM = 4.9028e12
BEGIN_T_S = from_utc("2030-01-01T00:00:00")
DATE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
SPAN = DATE.replace("Z$", "Z/") + DATE[1:]
PACKET = {  # of the CZML Guide's pages on packets, Position, Clock
    "type": "object",
    "required": ["id", "name", "availability", "position", "point", "path"],
    "properties": {
        "availability": {"type": "string", "pattern": SPAN},
        "position": {
            "type": "object",
            "required": ["epoch", "cartesian", "referenceFrame"],
            "properties": {
                "referenceFrame": {"enum": ["FIXED", "INERTIAL"]},
                "epoch": {"type": "string", "pattern": DATE},
                "interpolationAlgorithm": {"enum": ["LINEAR", "LAGRANGE", "HERMITE"]},
                "interpolationDegree": {"type": "integer", "minimum": 1},
                "cartesian": {"type": "array", "items": {"type": "number"}, "minItems": 8},
            },
            "additionalProperties": False,
        },
    },
}


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def orbiter(name: str, length_s: float = 7200.0) -> Trajectory:
    t_s = BEGIN_T_S + np.arange(0.0, length_s + 1.0, 30.0)
    start = [1.9e6, 1e5, -3e5, 150.0, 1100.0, 1150.0]
    states = np.array([spice.prop2b(MOON_GM, start, t - t_s[0]) for t in t_s])
    position_m = states[:, :3]
    pull = -MOON_GM * position_m / np.linalg.norm(position_m, axis=1)[:, None] ** 3
    return Trajectory(
        name=name,
        t_s=t_s,
        position_m=position_m,
        velocity_m_per_s=states[:, 3:],
        acceleration_m_per_s2=pull,
    )


def test_the_scene_is_as_cesium_wants_it(ephemeris: Ephemeris, tmp_path: Path) -> None:
    write_czml([orbiter("a"), orbiter("b", 3600.0)], ephemeris, "two", tmp_path / "a.czml")
    document, *packets = json.loads((tmp_path / "a.czml").read_text())
    assert (document["id"], document["version"], document["name"]) == ("document", "1.0", "two")
    assert document["clock"]["interval"] == "2030-01-01T00:00:00.000Z/2030-01-01T02:00:00.000Z"
    assert document["clock"]["currentTime"] == "2030-01-01T00:00:00.000Z"
    for packet in packets:
        jsonschema.validate(packet, PACKET)
        samples = np.array(packet["position"]["cartesian"]).reshape(-1, 4)
        assert (np.diff(samples[:, 0]) > 0.0).all()
        begin, end = (datetime.fromisoformat(t) for t in packet["availability"].split("/"))
        assert end - begin == timedelta(seconds=samples[-1, 0])
        assert begin == datetime(2030, 1, 1, tzinfo=UTC)


def test_what_cesium_fits_is_the_orbit_over_the_turning_moon(ephemeris: Ephemeris) -> None:
    truth = orbiter("a")
    position = json.loads(czml_text([truth], ephemeris, "one"))[1]["position"]
    samples = np.array(position["cartesian"]).reshape(-1, 4)
    points = position["interpolationDegree"] + 1
    for after_s in (1830.0, 3333.0, 5019.0):
        first = int(np.searchsorted(samples[:, 0], after_s)) - points // 2
        near = samples[first : first + points]
        fitted_m = BarycentricInterpolator(near[:, 0] - after_s, near[:, 1:])(0.0)
        t_s = np.array([BEGIN_T_S + after_s])
        turn = ephemeris.rotation_icrf_to_moon_me(t_s)[:, :, 0]
        assert np.abs(fitted_m - turn @ truth.state(t_s)[0][0]).max() < 1.0


def test_names_and_steps_that_cannot_be_are_told(ephemeris: Ephemeris) -> None:
    for trajectories, step_s in (([], 60.0), ([orbiter("a")] * 2, 60.0), ([orbiter("a")], 0.0)):
        with pytest.raises(InputError):
            czml_text(trajectories, ephemeris, "x", step_s)


def test_a_table_of_states_comes_back_to_the_bit(tmp_path: Path) -> None:
    truth = orbiter("a")
    write_states_csv(truth, tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert lines[1].startswith("2030-01-01T00:00:00.000Z,")
    table = np.array([[float(text) for text in line.split(",")[1:]] for line in lines[1:]])
    np.testing.assert_array_equal(table[:, 0], truth.t_s)
    np.testing.assert_array_equal(table[:, 1:4], truth.state(truth.t_s)[0])
    assert len(states_csv_text(truth, truth.t_s[3:5]).splitlines()) == 3
