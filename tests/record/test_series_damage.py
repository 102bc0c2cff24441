"""A record that is cut, altered or unfinished gives back what is whole, and nothing that is not."""

from pathlib import Path

import numpy as np
import pytest
from small_record import START_T_S, STEP_S, write_record

from moonstead.errors import RecordError
from moonstead.record.directory import RunDirectory
from moonstead.record.series import SeriesReader

BLOCK_STEPS, N_BLOCKS = 200, 4
FILES = ("series.json", "envelope.npy", "series/part-000001.parquet", "series/part-000003.parquet")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    folder = tmp_path_factory.mktemp("record") / "run"
    return folder, write_record(folder, 700, BLOCK_STEPS)[1]


def opened(folder: Path) -> SeriesReader | None:
    try:
        return SeriesReader(folder)
    except RecordError as error:
        told = str(error)
    assert str(folder) in told
    assert "\n" not in told
    return None


def reads(reader: SeriesReader, quantity: str) -> bool:
    try:
        reader.read(quantity)
    except RecordError:
        return False
    return True


def blocks_read(folder: Path, truth: dict[str, np.ndarray]) -> set[int] | None:
    """Read everything, hold it against the truth; return the whole blocks, None if refused."""
    reader = opened(folder)
    if reader is None:
        return None
    found = reader.between(sorted(truth))
    steps = np.rint((found.t_s - START_T_S) / STEP_S).astype(int) - 1
    for name, values in found.values.items():
        np.testing.assert_array_equal(values, truth[name][steps])
    gaps = {gap.block for gap in found.gaps}
    for gap in found.gaps:
        assert str(folder) in gap.reason
        assert "\n" not in gap.reason
        assert gap.begin_t_s == START_T_S + gap.block * BLOCK_STEPS * STEP_S
    whole = set(np.unique(steps // BLOCK_STEPS).tolist())
    assert whole | gaps == set(range(N_BLOCKS))
    assert whole & gaps == set()
    for name in ("mode", "load_power_w/hub.heater"):
        for points in (3, 200):
            bins = reader.envelope(name, points=points)
            for a, b, low, high in zip(
                np.rint((bins.begin_t_s - START_T_S) / STEP_S).astype(int),
                np.rint((bins.end_t_s - START_T_S) / STEP_S).astype(int),
                bins.low, bins.high, strict=True,
            ):  # fmt: skip
                assert (low, high) == (truth[name][a:b].min(), truth[name][a:b].max())
    assert all(reads(reader, name) for name in ("mode", "load_power_w")) or gaps
    assert not gaps or not all(reads(reader, name.partition("/")[0]) for name in truth)
    return whole


def damages(data: bytes, seed: int) -> list[bytes]:
    """Return the bytes of a file cut at many places, with bits flipped, zeroed and lengthened."""
    dice = np.random.default_rng(seed)
    cuts = [0, 1, 8, len(data) // 2, len(data) - 1, *dice.integers(0, len(data), 5)]
    found = [data[:cut] for cut in cuts]
    # The ends of a Parquet part say where everything is: more of them there.
    places = [*range(0, 60, 5), *range(max(len(data) - 700, 0), len(data), 9)]
    for place in [*places, *dice.integers(0, len(data), 20)]:
        altered = bytearray(data)
        altered[place % len(data)] ^= 1 << int(dice.integers(8))
        found.append(bytes(altered))
    for _ in range(10):
        begin, end = sorted(dice.integers(0, len(data), 2))
        found.append(data[:begin] + bytes(end - begin) + data[end:])
    return [*found, data + b"more"]


@pytest.mark.parametrize("file", FILES)
def test_whatever_is_altered_no_wrong_value_is_given(record: tuple, file: str) -> None:
    folder, truth = record
    path = folder / file
    data = path.read_bytes()
    others = set(range(N_BLOCKS)) - ({int(file[-9])} if "part" in file else set())
    try:
        for bad in damages(data, seed=len(file)):
            path.write_bytes(bad)
            whole = blocks_read(folder, truth)
            assert whole is None if whole is None else whole >= others
            assert whole is not None or file == "series.json"
        path.unlink()
        assert blocks_read(folder, truth) == (None if file == "series.json" else others)
    finally:
        path.write_bytes(data)
    assert blocks_read(folder, truth) == set(range(N_BLOCKS))


def test_of_an_unfinished_run_its_whole_blocks_are_read(tmp_path: Path) -> None:
    _, truth = write_record(tmp_path / "run", 700, BLOCK_STEPS, blocks=2)
    (tmp_path / "run" / "series" / ".part-000002.parquet.part").write_bytes(b"half a block")
    assert blocks_read(tmp_path / "run", truth) == {0, 1}
    found = SeriesReader(tmp_path / "run").between(["mode"])
    assert [gap.block for gap in found.gaps] == [2, 3]
    assert "part-000002.parquet: this block of the series is missing" in found.gaps[0].reason
    assert len(found.t_s) == 400


@pytest.mark.parametrize("place", [0, 100, 1_000])
@pytest.mark.parametrize("how", ["gone", "cut", "empty", "altered", "longer"])
def test_of_an_unfinished_run_the_envelope_is_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str, place: int
) -> None:
    folder = tmp_path / "run"
    layout, truth = write_record(folder, 700, BLOCK_STEPS, blocks=3)
    path = folder / "envelope.npy"
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        altered = bytearray(data)
        altered[place] ^= 4
        damaged = {"cut": data[:place], "empty": b"", "altered": altered, "longer": data + b"0"}
        path.write_bytes(damaged[how])
    RunDirectory(folder).writer(layout).demand_blocks(3)
    assert path.read_bytes() == data
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: missing or damaged; made again from the series"
    ]
    assert blocks_read(folder, truth) == {0, 1, 2}
    caplog.clear()
    RunDirectory(folder).writer(layout).demand_blocks(3)
    assert not caplog.records


def test_an_envelope_cannot_be_made_again_from_a_damaged_part(tmp_path: Path) -> None:
    layout, _ = write_record(tmp_path / "run", 700, BLOCK_STEPS, blocks=3)
    (tmp_path / "run" / "envelope.npy").write_bytes(b"")
    part = tmp_path / "run" / "series" / "part-000001.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(RecordError, match=r"part-000001.parquet: this block .* is damaged"):
        RunDirectory(tmp_path / "run").writer(layout).demand_blocks(3)


def test_no_bin_reaches_over_a_gap(tmp_path: Path) -> None:
    layout, truth = write_record(tmp_path / "run", 20_000, 2_000)
    (tmp_path / "run" / "series" / "part-000004.parquet").write_bytes(b"")
    (tmp_path / "run" / "envelope.npy").unlink()
    found = SeriesReader(tmp_path / "run").envelope("mode", points=7)
    assert [gap.block for gap in found.gaps] == [4]
    gap_begin_t_s, gap_end_t_s = (START_T_S + STEP_S * step for step in layout.bounds(4))
    assert gap_begin_t_s in found.end_t_s
    assert gap_end_t_s in found.begin_t_s
    assert not np.any((found.begin_t_s < gap_end_t_s) & (found.end_t_s > gap_begin_t_s))
    assert len(found.low) <= 8
    assert found.high.max() == truth["mode"].max()
