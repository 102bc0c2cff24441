"""A station that nobody hears gives up what is worth little, tells it, and keeps true books."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from flights import fly, loop_of, utc

import scenarios
from moonstead.contracts import Notice, PlanRow
from moonstead.run.loop import Happened, Loop
from moonstead.simulation.balance import balances

START = datetime(2035, 3, 1, tzinfo=UTC)
SILENT_D, HEARD_D, DAYS = 1.0, 8.0, 10
PRECIOUS_D = 5.0
SILENCE = f"""
[[fault]]
name = "silence"
target = ["path:direct"]
mode = "off"
at = {utc(START, SILENT_D)}
duration_s = "{24 * (HEARD_D - SILENT_D):g} h"
"""
WINDOW = f"window = [{{ start = {utc(START, PRECIOUS_D)}, end = {utc(START, HEARD_D)} }}]"
PRECIOUS = scenarios.CAMERA
"""A second camera, for what is seen once."""
for old, new in (
    ('"camera"', '"telescope"'),
    ('"watch"', '"flare"'),
    ('"50 kbit/s"', '"20 kbit/s"'),
    ('"3 h"', '"2 h"'),
    ("sessions = 40", "sessions = 30"),
    ('gap_s = "1 h"', WINDOW),
    ('light = "lit"', ""),
    ("value = 1", "value = 10"),
):
    assert old in PRECIOUS
    PRECIOUS = PRECIOUS.replace(old, new)


class Kept:
    """What became of sessions, and what the station and the truth say is stored."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.rows: list[PlanRow] = []
        self.worst_bit = 0.0
        self.fullest = 0.0
        step = loop.step

        def listening(*given: object) -> Happened:
            happened = step(*given)  # type: ignore[arg-type]
            self.rows.extend(happened.decision.plan)
            return happened

        loop.step = listening  # type: ignore[method-assign]

    def look(self, _: float) -> None:
        """Compare the books of the station with what the recorder truly holds."""
        manager, simulator = self.loop.manager, self.loop.simulator
        assert manager is not None
        state = manager.tactics.sessions.archive.state()
        truly = simulator.state.load_queue_bit
        names = simulator.station.names.loads
        for store, pieces in state["pieces"].items():
            booked = sum(bit for _, bit in pieces)
            held = float(truly[names.index(store.rpartition(".")[0])])
            self.worst_bit = max(self.worst_bit, abs(booked - held))
        full = truly.sum() / simulator.station.network.recorder_capacity_bit[0]
        self.fullest = max(self.fullest, float(full))


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, list[tuple[float, Notice]]]:
    """Return a flight through the silence."""
    file = tmp_path_factory.mktemp("silence") / "silence.toml"
    loop = loop_of(file, *scenarios.SMALL, PRECIOUS, SILENCE, start=START, days=DAYS)
    kept = Kept(loop)
    return kept, fly(loop, DAYS, look=kept.look)


def test_what_is_worth_more_takes_the_place_of_what_is_worth_less(
    flown: tuple[Kept, list[tuple[float, Notice]]],
) -> None:
    kept, _ = flown
    done = Counter(row.experiment for row in kept.rows if row.status == "done")
    given_up = Counter(row.experiment for row in kept.rows if row.status == "given-up")
    assert done["flare"] >= 10
    assert given_up["flare"] == 0
    assert 0 < given_up["watch"] < done["watch"]
    manager = kept.loop.manager
    assert manager is not None
    watched, flared = manager.tactics.sessions.done
    assert watched == done["watch"] - given_up["watch"]
    assert flared == done["flare"]


def test_receipts_tell_every_bit_that_was_deleted(
    flown: tuple[Kept, list[tuple[float, Notice]]],
) -> None:
    kept, told = flown
    receipts = [notice for _, notice in told if notice.kind == "given-up"]
    ledger = kept.loop.simulator.ledger
    assert sum(notice.values["bit"] for notice in receipts) == pytest.approx(
        float(ledger.load_deleted_bit.sum()), rel=1e-9
    )
    assert all(notice.values["points"] == 1.0 for notice in receipts)
    assert float(ledger.load_lost_bit.sum()) == 0.0


def test_books_are_those_of_the_recorder_and_nothing_is_made_of_nothing(
    flown: tuple[Kept, list[tuple[float, Notice]]],
) -> None:
    kept, _ = flown
    assert kept.worst_bit < 1.0
    simulator = kept.loop.simulator
    checks = balances(simulator.station, simulator.begin, simulator.state, simulator.ledger)
    assert all(check.closes for check in checks)


def test_the_guard_need_not_save_room_and_protection_blames_no_recorder(
    flown: tuple[Kept, list[tuple[float, Notice]]],
) -> None:
    kept, told = flown
    assert kept.fullest < 0.8
    assert [n.subject for _, n in told if n.kind == "isolated"] == ["direct"]
    assert not [n for _, n in told if n.kind in {"mode", "withheld", "restart"}]


def test_nothing_is_given_up_before_or_after_the_silence(
    flown: tuple[Kept, list[tuple[float, Notice]]],
) -> None:
    _, told = flown
    times = [t for t, notice in told if notice.kind == "given-up"]
    assert times
    assert SILENT_D + 0.5 < min(times) <= max(times) < HEARD_D + 0.1


def test_what_was_given_up_is_the_same_after_a_restart(tmp_path: Path) -> None:
    """The books are restored in the middle of the silence: the same is decided."""
    told = []
    for restart in (False, True):
        loop = loop_of(
            tmp_path / f"again-{restart}.toml",
            *(*scenarios.SMALL, PRECIOUS, SILENCE),
            start=START,
            days=DAYS,
        )

        def look(day: float, loop: Loop = loop, restart: bool = restart) -> None:
            if restart and np.isclose(day, PRECIOUS_D):
                state = loop.board.state()
                loop.board.restore(state)

        flown = fly(loop, PRECIOUS_D + 1.5, look=look)
        told.append([(t, n) for t, n in flown if n.kind == "given-up"])
    assert told[0]
    assert told[0] == told[1]


def test_what_the_guard_does_not_let_go_stays_in_the_books_too(tmp_path: Path) -> None:
    loop = loop_of(
        tmp_path / "kept.toml",
        *(*scenarios.SMALL, PRECIOUS, SILENCE),
        start=START,
        days=DAYS,
    )
    loop.knowledge.packet_stores.clear()  # type: ignore[attr-defined]
    kept = Kept(loop)
    told = fly(loop, HEARD_D - 0.5, look=kept.look)
    assert [notice for _, notice in told if notice.kind == "withheld"]
    assert not [notice for _, notice in told if notice.kind == "given-up"]
    assert not [row for row in kept.rows if row.status == "given-up"]
    assert float(loop.simulator.ledger.load_deleted_bit.sum()) == 0.0
    assert kept.worst_bit < 1.0
