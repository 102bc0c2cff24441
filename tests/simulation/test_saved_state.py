"""A state that is saved in a file and taken back goes on bit for bit, in any station."""

import io
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import everything, made_of, random_parts, random_sky

from moonstead.components import Parts
from moonstead.contracts import Command
from moonstead.simulation.memory import CACHE_LINE
from moonstead.simulation.simulator import Simulator


def saved(made: Simulator) -> bytes:
    file = io.BytesIO()
    arrays = {**made.state._asdict(), **made.ledger._asdict()}
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def restore(made: Simulator, file: bytes) -> None:
    with np.load(io.BytesIO(file)) as arrays:
        for name, array in {**made.state._asdict(), **made.ledger._asdict()}.items():
            array[...] = arrays[name]
    made.rewire()


@settings(max_examples=60, deadline=None)
@given(random_parts(), random_sky(), st.sampled_from([1.0, 60.0]), st.data())
def test_a_run_goes_on_from_a_file_bit_for_bit(
    parts: Parts, sky: dict[str, Any], dt_s: float, data: Any
) -> None:
    n_steps = len(sky["light"])
    cut = data.draw(st.integers(0, n_steps))
    whole = made_of(parts, sky, dt_s)
    names = whole.station.names
    levers = (*names.loads, *names.sources, *names.ties)
    commands = [
        Command(name, data.draw(st.sampled_from([0.0, 0.3, 1.0])))
        for name in data.draw(st.lists(st.sampled_from(levers), max_size=4))
    ]
    opened = [Command(name, 0.0) for name in names.ties]
    output = whole.new_output(n_steps)
    whole.obey([*commands, *opened])
    whole.advance(0, cut, output, 0)
    file = saved(whole)
    whole.advance(cut, n_steps, output, 0)

    other = made_of(parts, sky, dt_s)
    restore(other, file)
    assert saved(other) == file
    again = other.new_output(n_steps - cut)
    other.advance(cut, n_steps, again, cut)
    for a, b in zip((*whole.state, *whole.ledger), (*other.state, *other.ledger), strict=True):
        assert a.tobytes() == b.tobytes()
    assert output.rows[cut:].tobytes() == again.rows.tobytes()


@settings(max_examples=20, deadline=None)
@given(random_parts(), random_sky())
def test_the_same_station_run_twice_leaves_the_same_bytes(
    parts: Parts, sky: dict[str, Any]
) -> None:
    n_steps = len(sky["light"])
    left = []
    for _ in range(2):
        made = made_of(parts, sky, 60.0)
        output = made.new_output(n_steps)
        made.advance(0, n_steps, output, 0)
        left.append(b"".join(array.tobytes() for array in everything(made, output)))
    assert left[0] == left[1]


@settings(max_examples=40, deadline=None)
@given(random_parts(), random_sky())
def test_it_makes_no_difference_how_often_the_kernel_is_called(
    parts: Parts, sky: dict[str, Any]
) -> None:
    n_steps = len(sky["light"])
    at_once, by_step = made_of(parts, sky, 60.0), made_of(parts, sky, 60.0)
    output = at_once.new_output(n_steps)
    at_once.advance(0, n_steps, output, 0)
    again = by_step.new_output(n_steps)
    for step in range(n_steps):
        by_step.advance(step, step + 1, again, 0)
    assert saved(at_once) == saved(by_step)
    assert output.rows.tobytes() == again.rows.tobytes()


@settings(max_examples=5, deadline=None)
@given(random_parts(), random_sky())
def test_tables_begin_at_cache_lines_and_share_none(parts: Parts, sky: dict[str, Any]) -> None:
    records = made_of(parts, sky, 60.0)._memory.records
    single = [table for table in records if not isinstance(table, tuple)]
    arrays = [array for array in (*single, *records.heat, *records.power) if array.size]
    assert all(array.ctypes.data % CACHE_LINE == 0 for array in arrays)
    spans = sorted((array.ctypes.data, array.ctypes.data + array.nbytes) for array in arrays)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
