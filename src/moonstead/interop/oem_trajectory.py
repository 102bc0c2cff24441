"""Between Orbit Ephemeris Messages and trajectories."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem
from moonstead.interop.differences import accelerations
from moonstead.interop.ndm import Header, Metadata
from moonstead.interop.ndm_epochs import TimeSystem
from moonstead.interop.ndm_frames import CENTRES, FRAMES, is_icrf, knows_frame, to_moon_icrf
from moonstead.interop.oem import Oem, OemSegment

FloatArray = NDArray[np.float64]


def trajectory_of(oem: Oem, ephemeris: Ephemeris) -> Trajectory:
    """Return the trajectory that an OEM tells: from the Moon's centre, in ICRF axes.

    Accelerations are those of the file where it is about the Moon in axes of ICRF and has them
    for every state; otherwise they come from `differences.accelerations`, segment by segment, so
    that no curve is fitted across the burn that a new segment usually means. Of two segments that
    overlap each is used up to its useable stop and from its useable start; where one begins at
    the last state of the other, the state of the later one is kept.

    Parameters
    ----------
    oem
        As read.
    ephemeris
        Where the Earth is, and how the Moon turns.

    Returns
    -------
    Trajectory
        Over all segments; between two segments that touch or share a state it is one curve.

    Raises
    ------
    InputError
        A centre or frame is not known, names differ, a segment has one state, or segments
        overlap or leave a gap longer than the longest step beside it; all are told.
    RangeError
        A date is outside the ephemeris.
    """
    problems = [found for n, s in enumerate(oem.segments, 1) for found in _unusable(n, s, oem)]
    if problems:
        raise InputError(problems)
    pieces = [_piece(segment, ephemeris) for segment in oem.segments]
    problems = [
        Problem("oem", f"segment {n}", iso_utc(float(after.t_s[0])), remedy)
        for n, (before, after) in enumerate(pairwise(pieces), 2)
        if (remedy := _seam(before.t_s, after.t_s))
    ]
    if problems:
        raise InputError(problems)
    kept = [
        slice(0, -1) if before.t_s[-1] == after.t_s[0] else slice(None)
        for before, after in pairwise(pieces)
    ]
    kept.append(slice(None))
    parts = list(zip(pieces, kept, strict=True))
    return Trajectory(
        name=oem.segments[0].metadata.object_name,
        t_s=np.concatenate([p.t_s[k] for p, k in parts]),
        position_m=np.concatenate([p.position_m[k] for p, k in parts]),
        velocity_m_per_s=np.concatenate([p.velocity_m_per_s[k] for p, k in parts]),
        acceleration_m_per_s2=np.concatenate([p.acceleration_m_per_s2[k] for p, k in parts]),
    )


def _unusable(number: int, segment: OemSegment, oem: Oem) -> Sequence[Problem]:
    meta = segment.metadata
    place = f"segment {number}"
    problems = []
    if meta.center_name.upper() not in CENTRES:
        remedy = f"is not supported; must be {' or '.join(CENTRES)}"
        problems.append(Problem("oem", f"{place}, CENTER_NAME", meta.center_name, remedy))
    if not knows_frame(meta.ref_frame):
        remedy = f"is not supported; must be one of {', '.join(FRAMES)}"
        problems.append(Problem("oem", f"{place}, REF_FRAME", meta.ref_frame, remedy))
    first = oem.segments[0].metadata.object_id
    if meta.object_id != first:
        remedy = f"must be {first} as in segment 1; split the file by object"
        problems.append(Problem("oem", f"{place}, OBJECT_ID", meta.object_id, remedy))
    if np.count_nonzero(_useable(segment)) < 2:
        remedy = "a curve needs at least two states in the useable span"
        problems.append(Problem("oem", place, f"{len(segment.t_s)} states", remedy))
    return problems


def _useable(segment: OemSegment) -> NDArray[np.bool_]:
    """Tell which states count: all of a message without useable times."""
    start, stop = segment.useable_start_t_s, segment.useable_stop_t_s
    kept = np.ones(len(segment.t_s), dtype=np.bool_)
    if start is not None:
        after = np.searchsorted(segment.t_s, start, side="right") - 1
        kept &= np.arange(len(kept)) >= after
    if stop is not None:
        before = np.searchsorted(segment.t_s, stop, side="left")
        kept &= np.arange(len(kept)) <= before
    return kept


def _piece(segment: OemSegment, ephemeris: Ephemeris) -> Trajectory:
    meta = segment.metadata
    position_m, velocity_m_per_s = to_moon_icrf(
        ephemeris,
        meta.center_name,
        meta.ref_frame,
        segment.t_s,
        segment.position_m,
        segment.velocity_m_per_s,
    )
    told = segment.acceleration_m_per_s2
    if told is None or meta.center_name.upper() != "MOON" or not is_icrf(meta.ref_frame):
        told = accelerations(segment.t_s, position_m, velocity_m_per_s)
    kept = _useable(segment)
    return Trajectory(
        name=meta.object_name,
        t_s=segment.t_s[kept],
        position_m=position_m[kept],
        velocity_m_per_s=velocity_m_per_s[kept],
        acceleration_m_per_s2=told[kept],
    )


def _seam(before_t_s: FloatArray, after_t_s: FloatArray) -> str:
    """Return why two segments cannot be joined, or nothing."""
    gap_s = float(after_t_s[0] - before_t_s[-1])
    if gap_s < 0.0:
        return f"overlaps the segment before it by {-gap_s:.3f} s; set useable times that do not"
    longest_s = max(float(np.diff(before_t_s).max()), float(np.diff(after_t_s).max()))
    if gap_s > longest_s:
        remedy = f"begins {gap_s:.3f} s after the segment before it, more than the longest step"
        return f"{remedy} ({longest_s:.3f} s); read the segments one by one"
    return ""


def oem_of(
    trajectory: Trajectory,
    *,
    object_id: str,
    originator: str,
    creation_date: str,
    time_system: TimeSystem = "UTC",
    t_s: FloatArray | None = None,
) -> Oem:
    """Return the OEM of a trajectory: about the Moon, in ICRF, version 3.0.

    Parameters
    ----------
    trajectory
        Its states.
    object_id
        International designator or another mark of the object.
    originator, creation_date
        Of the header; the date is UTC text, such as ``2030-01-31T12:00:00``.
    time_system
        Of the dates in the file.
    t_s
        Epochs to write, TDB seconds past J2000, rising, shape (n,); None for the trajectory's
        own states, which are then written with their accelerations and come back as they are.

    Returns
    -------
    Oem
        One segment, with Hermite interpolation recommended.

    Raises
    ------
    RangeError
        An epoch is outside the trajectory.
    """
    epochs = trajectory.t_s if t_s is None else np.asarray(t_s, dtype=np.float64)
    position_m, velocity_m_per_s = trajectory.position_m, trajectory.velocity_m_per_s
    if t_s is not None:
        position_m, velocity_m_per_s = trajectory.state(epochs)
    metadata = Metadata(
        object_name=trajectory.name,
        object_id=object_id,
        center_name="MOON",
        ref_frame="ICRF",
        time_system=time_system,
    )
    segment = OemSegment(
        metadata=metadata,
        start_t_s=float(epochs[0]),
        stop_t_s=float(epochs[-1]),
        interpolation="HERMITE",
        interpolation_degree=5,
        t_s=epochs,
        position_m=position_m,
        velocity_m_per_s=velocity_m_per_s,
        acceleration_m_per_s2=trajectory.acceleration_m_per_s2 if t_s is None else None,
    )
    return Oem(Header(creation_date=creation_date, originator=originator), (segment,))
