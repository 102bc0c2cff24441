"""Sessions in several ways, warmed before and cooled after, and sleeps: from file to record."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import moonstead.run.execute as execute_module
import scenarios
from moonstead.autonomy.model import Partial, Way
from moonstead.autonomy.planning.requests import _profile
from moonstead.errors import InputError
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.units import HOUR_S

CAMERA = scenarios.CAMERA.replace(
    "observing_power_w = 25", "observing_power_w = 25\nstandby_power_w = 6"
)
WAYS = """
preheat = { duration_s = "1 h", level = 0.4 }
cool_down = { duration_s = "30 min", level = 0.2 }

[[experiment.option]]
name = "short"
duration_s = "1 h"
value = 0.9
level = 0.5

[[sleep]]
element = "camera"
duration_s = "30 min"
level = 0.25
light = "any"
"""
PARTS = (
    scenarios.SITE, scenarios.PARTNER, scenarios.NETWORK, scenarios.HUB, scenarios.POWER, CAMERA,
)  # fmt: skip


def written(folder: Path, more: str = WAYS) -> Path:
    path = folder / "ways.toml"
    path.write_text(scenarios.text(*PARTS, more, end="2035-03-03T00:00:00Z"))
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = written(tmp_path_factory.mktemp("scenario"))
    return build_world(*read_scenario(path), path)


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    directory = RunDirectory(tmp_path_factory.mktemp("ways") / "run")
    execute_module.execute(world, directory, lambda _done, _total: None)
    return directory


def test_a_session_warms_up_works_and_cools_down(run: RunDirectory) -> None:
    rows = [row for row in run.plan() if row["experiment"] == "watch" and row["status"] == "done"]
    assert rows
    series = run.series()
    power_w = series.read("load_power_w", "camera.observe")
    start_t_s, step_s = series.layout.start_t_s, series.layout.step_s
    for row in rows:
        work_s, level = (HOUR_S, 0.5) if row["way"] == "short" else (3 * HOUR_S, 1.0)
        # A stage ends with the tick after it is over: ticks are a step long here.
        whole_s = row["end_t_s"] - row["start_t_s"]
        assert whole_s == pytest.approx(work_s + 1.5 * HOUR_S, abs=3 * 600.0)
        first = round((row["start_t_s"] - start_t_s) / step_s)
        end = round((row["end_t_s"] - start_t_s) / step_s)
        levels = np.round(power_w[first:end].astype(float) / 25.0, 2)
        assert list(dict.fromkeys(levels.tolist())) == [0.4, level, 0.2]


def test_what_sleeps_takes_less_and_wakes_by_itself(run: RunDirectory) -> None:
    rows = [r for r in run.plan() if r["experiment"] == "camera-sleep" and r["status"] == "done"]
    assert rows
    standby_w = run.series().read("load_power_w", "camera.standby")
    assert set(np.round(standby_w.astype(float), 2).tolist()) == {1.5, 6.0}


def test_the_summary_counts_each_session_at_the_value_of_its_way(run: RunDirectory) -> None:
    watch = run.summary()["experiments"][0]
    done = [r for r in run.plan() if r["experiment"] == "watch" and r["status"] == "done"]
    assert watch["value"] == pytest.approx(sum(0.9 if r["way"] else 1.0 for r in done))
    assert watch["sessions_done"] == len(done)


@given(
    st.floats(60.0, 1e5),
    st.floats(0.0, 2e4),
    st.floats(0.0, 2e4),
    st.floats(0.05, 1.0),
    st.sampled_from([600.0, 1800.0]),
)
def test_a_profile_holds_the_energy_of_its_stages(
    work_s: float, before_s: float, after_s: float, level: float, slot_s: float
) -> None:
    way = Way(
        duration_s=work_s, power_w=100.0, data_rate_bit_per_s=0.0, value=1.0,
        preheat=Partial(duration_s=before_s, level=level),
        cool_down=Partial(duration_s=after_s, level=0.5 * level),
    )  # fmt: skip
    plain = replace(way, preheat=None, cool_down=None)
    for one in (way, plain):
        taken = int(np.ceil(one.whole_s / slot_s))
        energy_s = sum(duration_s * share for duration_s, share in one.stages)
        assert _profile(one, slot_s, taken).sum() * slot_s == pytest.approx(energy_s)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('element = "camera"', 'element = "hub"', ""),
        ('element = "camera"', 'element = "battery"', "leave this out"),
        ("level = 0.25", "level = 1.0", "less than 1"),
        ('name = "short"', 'name = "short"\nlength = 3', "length"),
    ],
)
def test_what_cannot_sleep_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = written(tmp_path, WAYS.replace(old, new))
    if not words:
        build_world(*read_scenario(path), path)
        return
    with pytest.raises(InputError, match=words):
        build_world(*read_scenario(path), path)
