"""Spacecraft in SPK files (NAIF's SP kernels), types 2, 3, 8, 9, 12 and 13.

jplephem finds the segments and evaluates types 2 and 3; the tables of states of the others are
read here, as jplephem knows type 9 of the first degree only. Layouts: NAIF, *SPK Required Reading*.
"""

import struct
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jplephem.daf import DAF
from jplephem.spk import Segment, build_segment
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import J2000_JD, iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem
from moonstead.interop.differences import accelerations
from moonstead.interop.ndm import LIGHT_M_PER_S, MOST_DISTANCE_M
from moonstead.interop.ndm_frames import move_to_moon
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

BODY_OF_CENTRE = {301: "moon", 399: "earth", 3: "earth barycenter", 10: "sun"}
"""NAIF's numbers of the centres that can be used, and the bodies of the ephemeris."""
J2000_FRAME = 1
"""SPICE's J2000, which is ICRF for every file since DE400 (NAIF, *Frames Required Reading*)."""
POLYNOMIAL_TYPES = (2, 3)
EVEN_TYPES = (8, 12)
UNEVEN_TYPES = (9, 13)
_TYPES = (*POLYNOMIAL_TYPES, *EVEN_TYPES, *UNEVEN_TYPES)
_MOST_SEGMENTS = 10_000
_MOST_STATES = 10_000_000
_SHORTEST_S = 1e-6  # between two states
_LAST_S = 1e11  # about the year 5000


def read_spk(path: Path, ephemeris: Ephemeris, target: int | None = None) -> Trajectory:
    """Read the trajectory of a spacecraft from an SPK file.

    The states of types 8, 9, 12 and 13 become those of the trajectory, with accelerations by
    `differences.accelerations`; between them its own curve is followed, not the polynomial that
    the file prescribes, which tells less than a metre where the states are as dense as they must
    be for a cubic. Types 2 and 3 are sampled twice for every coefficient.

    Parameters
    ----------
    path
        The file.
    ephemeris
        Where the bodies are that states may be counted from.
    target
        NAIF's number, such as -60000; None where the file has one target only.

    Returns
    -------
    Trajectory
        From the Moon's centre, in ICRF axes, over all segments of the target.

    Raises
    ------
    InputError
        The file is no SPK or damaged, or its segments cannot be used; all of them are told.
    RangeError
        A date is outside the ephemeris.
    """
    file = str(path)
    try:
        with path.open("rb") as stream, np.errstate(all="ignore"):  # judged in _table
            segments = _segments(file, stream, path.stat().st_size, target)
            tables = [_table(file, number, segment) for number, segment in segments]
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(Problem(file, "", "", f"{reason}; name an SPK file")) from error
    except (ValueError, IndexError, TypeError, OverflowError, struct.error) as error:
        remedy = f"is no SPK file or a damaged one ({error}); fetch it again"
        raise InputError(Problem(file, "", "", remedy)) from error
    pieces = []
    for (number, segment), (t_s, *state) in zip(segments, tables, strict=True):
        body = BODY_OF_CENTRE[segment.center]
        position_m, velocity_m_per_s = (
            state if body == "moon" else move_to_moon(ephemeris, body, t_s, *state)
        )
        whole = Trajectory(
            name=f"NAIF {segment.target}",
            t_s=t_s,
            position_m=position_m,
            velocity_m_per_s=velocity_m_per_s,
            acceleration_m_per_s2=accelerations(t_s, position_m, velocity_m_per_s),
        )
        span = (max(segment.start_second, t_s[0]), min(segment.end_second, t_s[-1]))
        if span[0] >= span[1]:
            place = f"segment {number}"
            raise InputError(Problem(file, place, "", "has no states in the span it tells of"))
        pieces.append((number, _within(whole, *span)))
    return _joined(file, pieces)


def _segments(file: str, stream: Any, size_bytes: int, target: int | None) -> list[tuple[int, Any]]:
    """Return the segments of the target with their numbers in the file, in the order of time."""
    counts = stream.read(16)[8:]
    if counts not in (struct.pack("<ii", 2, 6), struct.pack(">ii", 2, 6)):
        message = "its summaries are not of 2 and 6 numbers"
        raise ValueError(message)
    daf = DAF(stream)
    if daf.locidw not in (b"DAF/SPK", b"NAIF/DAF"):
        message = f"it starts with {daf.locidw!r}"
        raise ValueError(message)
    if sum(1 for _ in islice(daf.summary_records(), _MOST_SEGMENTS)) == _MOST_SEGMENTS:
        message = "its list of segments has no end"
        raise ValueError(message)
    found = [
        (number, build_segment(daf, source, values))
        for number, (source, values) in enumerate(islice(daf.summaries(), _MOST_SEGMENTS), 1)
    ]
    targets = sorted({segment.target for _, segment in found})
    if not targets:
        raise InputError(Problem(file, "", "", "holds no segments"))
    if target is None and len(targets) > 1:
        value = ", ".join(str(number) for number in targets)
        raise InputError(Problem(file, "targets", value, "name the one that is wanted"))
    chosen = [(n, s) for n, s in found if s.target == (targets[0] if target is None else target)]
    if not chosen:
        known = ", ".join(str(number) for number in targets)
        raise InputError(Problem(file, "target", str(target), f"is not in it; it has {known}"))
    problems = [
        Problem(file, f"segment {number}, {what}", str(value), remedy)
        for number, segment in chosen
        for what, value, remedy in _unusable(segment, size_bytes)
    ]
    if problems:
        raise InputError(problems)
    return sorted(chosen, key=lambda pair: float(pair[1].start_second))


def _unusable(segment: Any, size_bytes: int) -> list[tuple[str, object, str]]:
    found: list[tuple[str, object, str]] = []
    if segment.data_type not in _TYPES:
        known = ", ".join(str(number) for number in _TYPES)
        remedy = f"is not supported; convert it to one of {known}"
        found.append(("type", segment.data_type, remedy))
    if segment.center not in BODY_OF_CENTRE:
        known = ", ".join(f"{number} ({body})" for number, body in BODY_OF_CENTRE.items())
        found.append(("centre", segment.center, f"is not supported; must be one of {known}"))
    if segment.frame != J2000_FRAME:
        found.append(("frame", segment.frame, "is not supported; must be 1 (J2000)"))
    if not 0 < segment.start_i < segment.end_i <= size_bytes // 8:
        found.append(("end", segment.end_i, "is beyond the file; it is cut off: fetch it again"))
    if not segment.start_second < segment.end_second:
        found.append(("end", segment.end_second, "is not after the start"))
    return found


def _table(file: str, number: int, segment: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return epochs (n,) and states (n, 3) in SI about the segment's centre."""
    if segment.data_type in POLYNOMIAL_TYPES:
        t_s, states = _sampled(segment)
    else:
        t_s, states = _listed(segment)
    size = np.abs(states)
    sound = (
        len(t_s) >= 2
        and bool((np.abs(t_s) < _LAST_S).all() and (np.diff(t_s) > _SHORTEST_S).all())
        and bool((size[:, :3] <= MOST_DISTANCE_M / 1e3).all())
        and bool((size[:, 3:] < LIGHT_M_PER_S / 1e3).all())
    )
    if not sound:
        remedy = "its states do not rise in time or are no places in space: fetch the file again"
        raise InputError(Problem(file, f"segment {number}", "", remedy))
    return t_s, states[:, :3] * 1e3, states[:, 3:] * 1e3


def _sampled(segment: Segment) -> tuple[FloatArray, FloatArray]:
    """Sample types 2 and 3 in km and km/s."""
    _, interval_days, coefficients = segment.load_array()
    step_s = interval_days * DAY_S / (2 * coefficients.shape[-1])
    span_s = segment.end_second - segment.start_second
    count = int(np.ceil(span_s / step_s)) + 1
    if not 2 <= count <= _MOST_STATES:
        message = f"a segment of {count} steps"
        raise ValueError(message)
    t_s = np.linspace(segment.start_second, segment.end_second, count)
    days, rest_s = np.divmod(t_s, DAY_S)
    places, rates = segment.compute_and_differentiate(J2000_JD + days, rest_s / DAY_S)
    return t_s, np.vstack([places[:3], rates[:3] / DAY_S]).T


def _listed(segment: Any) -> tuple[FloatArray, FloatArray]:
    """Return the states of types 8, 9, 12 and 13 in km and km/s."""
    words = np.array(segment.daf.read_array(segment.start_i, segment.end_i), dtype=np.float64)
    count = int(words[-1])
    if not 2 <= count <= len(words) // 6:
        message = f"a segment of {count} states in {len(words)} numbers"
        raise ValueError(message)
    states = words[: 6 * count].reshape(count, 6)
    if segment.data_type in EVEN_TYPES:
        return words[-4] + words[-3] * np.arange(count), states
    if len(words) < 7 * count + 2:
        message = f"a segment of {count} states in {len(words)} numbers"
        raise ValueError(message)
    return words[6 * count : 7 * count], states


def _within(whole: Trajectory, start_t_s: float, end_t_s: float) -> Trajectory:
    """Return the part of a trajectory that its segment vouches for, with states at both ends."""
    inner = (whole.t_s > start_t_s) & (whole.t_s < end_t_s)
    t_s = np.concatenate([[start_t_s], whole.t_s[inner], [end_t_s]])
    position_m, velocity_m_per_s = whole.state(t_s)
    ends = [_acceleration(whole, t) for t in (start_t_s, end_t_s)]
    return Trajectory(
        name=whole.name,
        t_s=t_s,
        position_m=position_m,
        velocity_m_per_s=velocity_m_per_s,
        acceleration_m_per_s2=np.vstack([ends[0], whole.acceleration_m_per_s2[inner], ends[1]]),
    )


def _acceleration(whole: Trajectory, t_s: float) -> FloatArray:
    """Return the acceleration of the curve: its velocity is of degree 4 between two states."""
    k = int(np.clip(np.searchsorted(whole.t_s, t_s, side="right") - 1, 0, len(whole.t_s) - 2))
    nodes = np.linspace(whole.t_s[k], whole.t_s[k + 1], 5)
    length_s = float(nodes[-1] - nodes[0])
    powers = np.vander((nodes - nodes[0]) / length_s, increasing=True)
    coefficients = np.linalg.solve(powers, whole.state(nodes)[1])
    u = (t_s - nodes[0]) / length_s
    slopes = np.array([0.0, 1.0, 2.0 * u, 3.0 * u**2, 4.0 * u**3])
    return np.asarray(slopes @ coefficients / length_s)


def _joined(file: str, pieces: list[tuple[int, Trajectory]]) -> Trajectory:
    problems = []
    for (_, before), (number, after) in pairwise(pieces):
        gap_s = after.start_t_s - before.end_t_s
        longest_s = float(np.diff(before.t_s).max())
        if gap_s < 0.0 or gap_s > longest_s:
            what = "overlaps the one before it by" if gap_s < 0.0 else "leaves a gap of"
            value = iso_utc(after.start_t_s)
            remedy = f"{what} {abs(gap_s):.3f} s; split the file"
            problems.append(Problem(file, f"segment {number}", value, remedy))
    if problems:
        raise InputError(problems)
    parts = [
        (before, slice(0, -1) if before.end_t_s == after.start_t_s else slice(None))
        for (_, before), (_, after) in pairwise(pieces)
    ]
    parts.append((pieces[-1][1], slice(None)))
    return Trajectory(
        name=pieces[0][1].name,
        t_s=np.concatenate([piece.t_s[kept] for piece, kept in parts]),
        position_m=np.concatenate([piece.position_m[kept] for piece, kept in parts]),
        velocity_m_per_s=np.concatenate([piece.velocity_m_per_s[kept] for piece, kept in parts]),
        acceleration_m_per_s2=np.concatenate(
            [piece.acceleration_m_per_s2[kept] for piece, kept in parts]
        ),
    )
