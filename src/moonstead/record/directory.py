"""A run directory: everything needed to tell what was run, to resume it, and to report on it.

::

    provenance.json   scenario text, version, hashes of kernels and terrain, seed, time grid
    series/           every series at every step, in Parquet parts, block by block
    series.json       what the series are: names, units, times
    envelope.npy      least and greatest values of the series, to draw from
    events/  plan/    Parquet parts, block by block
    checkpoint.npz    the state after the last whole block, while the run is not complete
    summary.json      results and balances, once it is

No wall-clock time is in it: the same scenario, version and seed give the same bytes, however often
the run was interrupted.
"""

import fcntl
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import InputError, Problem, RecordError, RunError
from moonstead.record.envelope import NAME as ENVELOPE
from moonstead.record.files import is_part, read_json, write_atomically, write_json
from moonstead.record.layout import NAME as SERIES_JSON
from moonstead.record.layout import Layout
from moonstead.record.parts import FOLDER as SERIES
from moonstead.record.series import SeriesReader
from moonstead.record.tables import EVENTS, PLAN, read_rows, write_part
from moonstead.record.writer import SeriesWriter

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run was after a whole block."""

    next_block: int
    arrays: dict[str, NDArray[Any]]
    controller: dict[str, Any]


class RunDirectory:
    """One run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, provenance: Mapping[str, Any]) -> None:
        """Make the directory for a run, or find that it holds this very run already.

        Raises
        ------
        InputError
            The directory holds another run or other files.
        """
        wanted = json.loads(json.dumps({"format": FORMAT, **provenance}))
        place = str(self.path)
        if self.path.exists() and not self.path.is_dir():
            raise InputError(Problem("--out", "", place, "is a file; name a folder"))
        if (self.path / "provenance.json").exists():
            differing = _differing(read_json(self.path / "provenance.json"), wanted)
            if differing:
                remedy = (
                    f"holds a run that differs in {differing}; delete it, or name another folder "
                    "with --out"
                )
                raise InputError(Problem("--out", "", place, remedy))
            return
        if self.path.exists() and any(not is_part(path) for path in self.path.iterdir()):
            remedy = "is not empty and holds no run; name another folder with --out"
            raise InputError(Problem("--out", "", place, remedy))
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except (NotADirectoryError, FileExistsError):
            remedy = "is below a file; name a folder"
            raise InputError(Problem("--out", "", place, remedy)) from None
        write_json(self.path / "provenance.json", wanted)

    def _tidy(self) -> None:
        """Remove what a run that was killed in the middle of a write left beside its files."""
        for path in [path for path in self.path.rglob("*") if is_part(path)]:
            path.unlink()
        if self.is_complete:
            (self.path / "checkpoint.npz").unlink(missing_ok=True)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other processes from writing this run, and clear what a killed one left.

        Raises
        ------
        RunError
            Another process is writing it.
        """
        with (self.path / "provenance.json").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunError(
                    f"{self.path}: another process is writing this run; wait for it, or name "
                    "another folder with --out"
                ) from None
            self._tidy()
            yield

    @property
    def is_complete(self) -> bool:
        """Whether the run has come to its end."""
        return (self.path / "summary.json").exists()

    def provenance(self) -> dict[str, Any]:
        """Return what the run was made from.

        Raises
        ------
        RecordError
            This is no run directory, it is damaged, or of another format.
        """
        if not self.path.is_dir():
            raise RecordError(f"{self.path}: no such run directory")
        if not (self.path / "provenance.json").exists():
            raise RecordError(f"{self.path}: not a run directory (it has no provenance.json)")
        found = read_json(self.path / "provenance.json")
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise RecordError(
                f"{self.path}: written in another format; this version reads format {FORMAT}"
            )
        return found

    def summary(self) -> dict[str, Any]:
        """Return results and balances of a complete run.

        Raises
        ------
        RecordError
            The run is not complete, or the file is damaged.
        """
        if not self.is_complete:
            raise RecordError(
                f"{self.path}: this run is not complete; the same `moonstead run` command goes on"
            )
        found = read_json(self.path / "summary.json")
        if not isinstance(found, dict):
            raise RecordError(f"{self.path / 'summary.json'}: damaged; it holds no results")
        return found

    def writer(self, layout: Layout) -> SeriesWriter:
        """Return the writer of the series."""
        return SeriesWriter(self.path, layout)

    def series(self) -> SeriesReader:
        """Return the reader of the series."""
        return SeriesReader(self.path)

    def events(self) -> list[dict[str, Any]]:
        """Return all events, in order."""
        return read_rows(self.path / "events")

    def plan(self) -> list[dict[str, Any]]:
        """Return all plan rows, in order."""
        return read_rows(self.path / "plan")

    def write_tables(
        self, block: int, events: Sequence[dict[str, Any]], plan: Sequence[dict[str, Any]]
    ) -> None:
        """Write the events and plan rows of one block."""
        write_part(self.path / "events", block, EVENTS, events)
        write_part(self.path / "plan", block, PLAN, plan)

    def save(self, checkpoint: Checkpoint) -> None:
        """Save the state after a whole block; the block counts as done from now on."""
        buffer = io.BytesIO()
        text = json.dumps({"next": checkpoint.next_block, "controller": checkpoint.controller})
        np.savez(buffer, text=np.array(text), **checkpoint.arrays)  # type: ignore[arg-type]
        write_atomically(self.path / "checkpoint.npz", buffer.getvalue())

    def checkpoint(self) -> Checkpoint | None:
        """Return where the run was, or None if no block is whole yet.

        Raises
        ------
        RecordError
            The checkpoint is damaged.
        """
        path = self.path / "checkpoint.npz"
        if not path.exists():
            return None
        try:
            with np.load(io.BytesIO(path.read_bytes())) as data:
                arrays = {name: data[name] for name in data.files}
            text = json.loads(str(arrays.pop("text")))
            return Checkpoint(int(text["next"]), arrays, text["controller"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise RecordError(
                f"{path}: damaged ({error}); delete the folder and run the scenario again"
            ) from None

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Write the results; the run is complete from now on."""
        write_json(self.path / "summary.json", summary)
        (self.path / "checkpoint.npz").unlink(missing_ok=True)

    def create_series(self, writer: SeriesWriter) -> None:
        """Start the series from nothing, where not even one block is whole."""
        for name in (SERIES, "events", "plan"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in (SERIES_JSON, ENVELOPE):
            (self.path / name).unlink(missing_ok=True)
        writer.create()


def _differing(found: object, wanted: dict[str, Any]) -> str:
    if not isinstance(found, dict):
        return "its format"
    keys = [key for key in sorted({*found, *wanted}) if found.get(key) != wanted.get(key)]
    return ", ".join(keys)
