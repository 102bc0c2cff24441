"""Flies the closed loop of a small scenario in memory."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

import scenarios
from moonstead.contracts import Notice
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S

_UTC = "%Y-%m-%dT%H:%M:%SZ"


def utc(start: datetime, days: float) -> str:
    """Return an instant some days after another, as scenarios write it."""
    return (start + timedelta(days=days)).strftime(_UTC)


def loop_of(
    path: Path, *parts: str, start: datetime, days: float, changes: tuple[tuple[str, str], ...] = ()
) -> Loop:
    """Return the loop of a scenario made of parts; changes are made to its text."""
    text = scenarios.text(*parts, start=utc(start, 0.0), end=utc(start, days))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    world = build_world(*read_scenario(path), path)
    grid = run_grid(world)
    return Loop(world, grid, surroundings(world, grid))


def fly(
    loop: Loop, days: float, seed: int = 7, look: Callable[[float], None] = lambda _: None
) -> list[tuple[float, Notice]]:
    """Return what is told until then, each with its time in days; look on after each tick."""
    generator = np.random.default_rng(seed)
    output = loop.simulator.new_output(loop.grid.run_count)
    told = []
    for first in range(0, round(days * DAY_S / loop.grid.step_s), loop.per_tick):
        end = first + loop.per_tick
        random = generator.standard_normal(loop.simulator.random_width)
        happened = loop.step(first, end, output, 0, random)
        told += [
            ((t_s - loop.grid.start_t_s) / DAY_S, notice) for t_s, _, notice in happened.events
        ]
        look(end * loop.grid.step_s / DAY_S)
    return told
