"""A path to Earth that carries too little, or nothing: told, planned with, and over when it is."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from flights import fly, loop_of, utc

import scenarios
from moonstead.autonomy.learned import learned_model
from moonstead.autonomy.protection.carrying import Carrying
from moonstead.autonomy.protection.cases import new_case
from moonstead.autonomy.protection.contacts import Contacts
from moonstead.autonomy.protection.isolation import Finding, row_named
from moonstead.autonomy.protection.procedures import Do
from moonstead.run.loop import Loop

START = datetime(2035, 3, 1, tzinfo=UTC)
BEGIN_D, END_D, DAYS = 1.0, 4.0, 7
SHARE = 0.4
FAULT = """
[[fault]]
name = "narrow"
target = ["path:direct"]
mode = "{mode}"
size = {size}
at = {at}
duration_s = "{hours} h"
"""


def made(folder: Path, mode: str = "", rate_kbit_per_s: float = 40.0) -> Loop:
    """Return a loop of a station whose recorder is seldom empty."""
    hours = 24 * (END_D - BEGIN_D)
    fault = FAULT.format(mode=mode, size=1.0 - SHARE, at=utc(START, BEGIN_D), hours=hours)
    return loop_of(
        folder / f"narrow-{rate_kbit_per_s:g}.toml",
        *(*scenarios.SMALL, *([fault] if mode else [])),
        start=START,
        days=DAYS,
        changes=(
            ('"2 Mbit/s"', f'"{rate_kbit_per_s} kbit/s"'),
            ('gap_s = "1 h"', 'gap_s = "0 h"'),
        ),
    )


@pytest.mark.parametrize(
    ("mode", "seen"), [("derated", "carries less than its geometry allows"), ("off", "is silent")]
)
def test_it_is_told_planned_with_and_over(mode: str, seen: str, tmp_path: Path) -> None:
    loop = made(tmp_path, mode)
    told = fly(loop, DAYS)
    isolated = [(t, notice) for t, notice in told if notice.kind == "isolated"]
    assert [notice.subject for _, notice in isolated] == ["direct"]
    assert seen in isolated[0][1].text
    assert BEGIN_D < isolated[0][0] < BEGIN_D + 1.0
    recovered = [t for t, notice in told if notice.kind == "recovered"]
    assert len(recovered) == 1
    assert END_D - 0.05 < recovered[0] < END_D + 0.75
    assert loop.manager is not None
    # All is expected again.
    now, designed = loop.manager.tactics.model.forecast, loop.model.forecast
    assert np.array_equal(now.drain_bit_per_s, designed.drain_bit_per_s)


def test_plans_count_on_what_a_station_with_such_a_path_would(tmp_path: Path) -> None:
    loop = made(tmp_path, "derated")
    fly(loop, END_D - 0.5)
    assert loop.manager is not None
    now, designed = loop.manager.tactics.model.forecast, loop.model.forecast
    protection = loop.manager.protection
    assert protection is not None
    assert protection.inner is not None
    share = float(protection.inner.gains.learned.path_share[0])
    assert share == pytest.approx(SHARE, abs=0.03)
    # The truth is another scenario: one with a slower path.
    slower = made(tmp_path, rate_kbit_per_s=40.0 * share).model.forecast
    assert now.drain_bit_per_s == pytest.approx(slower.drain_bit_per_s, rel=1e-6, abs=1.0)
    assert not np.array_equal(now.drain_bit_per_s, designed.drain_bit_per_s)
    assert np.array_equal(now.contact, designed.contact)


def test_nothing_is_expected_of_paths_that_are_silent(tmp_path: Path) -> None:
    loop = made(tmp_path)
    assert loop.manager is not None
    protection = loop.manager.protection
    assert protection is not None
    assert protection.inner is not None
    belief, gains = protection.inner.belief, protection.inner.gains
    carrying = Carrying(Contacts(belief))
    seen = Finding(row_named("path-silent"), "direct", "direct", -1, frozenset("ab"), "")
    case = new_case(seen, belief.start_t_s)
    assert not carrying.follow([case])  # nothing is done about it yet
    case.done.append(Do.AVOID.value)
    assert carrying.follow([case])
    assert not carrying.follow([case])
    again = Carrying(Contacts(belief))
    again.restore(carrying.state())
    assert again.share.tolist() == [0.0]
    gains.learned = gains.learned._replace(path_share=again.share)
    model = learned_model(loop.model, loop.manager.knowledge, protection.inner)
    written = 2000.0  # housekeeping, always
    assert model.forecast.drain_bit_per_s == pytest.approx(-written)
    assert not model.forecast.contact.any()
    assert carrying.follow([])
    assert carrying.share.tolist() == [1.0]


def test_slots_go_by_the_tick_that_they_lie_in(tmp_path: Path) -> None:
    """Decisions an hour apart, slots of half an hour: two of them lie in each tick."""
    loop = made(tmp_path)
    assert loop.manager is not None
    protection = loop.manager.protection
    assert protection is not None
    assert protection.inner is not None
    inner, forecast = protection.inner, loop.model.forecast
    count = len(forecast.contact)
    is_open = np.arange(count // 2) % 3 == 1
    inner.belief = replace(
        inner.belief,
        tick_s=2.0 * forecast.slot_s,
        sun=is_open,
        path_bit_per_s=np.where(is_open, 4e4, 0.0)[:, np.newaxis],
    )
    inner.gains.learned = inner.gains.learned._replace(path_share=np.array([SHARE]))
    always = replace(forecast, contact=np.ones(count, dtype=np.bool_))
    model = learned_model(
        replace(loop.model, forecast=always), loop.manager.knowledge, protection.inner
    )
    expected = np.repeat(is_open, 2)
    assert np.array_equal(model.forecast.contact[: len(expected)], expected)
