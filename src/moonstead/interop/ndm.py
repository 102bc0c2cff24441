"""What OEM and OPM have in common: header, metadata, covariance."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import InputError, Problem
from moonstead.interop.ndm_blocks import Block, Judge
from moonstead.interop.ndm_epochs import TimeSystem, parse_epoch
from moonstead.interop.ndm_keys import COVARIANCE_KEYS, COVARIANCE_UNITS, META_KEYS, VERSIONS
from moonstead.interop.ndm_write import Pairs, Part

FloatArray = NDArray[np.float64]

MOST_DISTANCE_M = 1e16
"""A light year; what is farther is a mistake of units or digits."""
LIGHT_M_PER_S = 299_792_458.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who made a message, and when.

    Parameters
    ----------
    version
        Of the standard: ``"2.0"`` (502.0-B-2) or ``"3.0"`` (502.0-B-3).
    creation_date
        UTC, such as ``2030-01-31T12:00:00``.
    originator
        Who made it.
    classification, message_id
        Of version 3.0 alone; empty where absent.
    comments
        One a line.
    """

    version: str = "3.0"
    creation_date: str
    originator: str
    classification: str = ""
    message_id: str = ""
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a state is of, and against what it is counted; names as in the file.

    Parameters
    ----------
    object_name, object_id
        Of the spacecraft; the international designator where it has one.
    center_name
        Such as ``MOON`` or ``EARTH``.
    ref_frame, ref_frame_epoch
        Such as ``ICRF``; the epoch (a date as text) only for frames that need one.
    time_system
        Of the dates in the file.
    comments
        One a line.
    """

    object_name: str
    object_id: str
    center_name: str
    ref_frame: str
    ref_frame_epoch: str = ""
    time_system: TimeSystem
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariance:
    """How sure a state is.

    Parameters
    ----------
    t_s
        TDB seconds past J2000.
    ref_frame
        Of the matrix; empty where it is that of the states.
    matrix
        Of position in m and velocity in m/s, symmetric, shape (6, 6).
    comments
        One a line.
    """

    t_s: float
    ref_frame: str = ""
    matrix: FloatArray = field(repr=False)
    comments: tuple[str, ...] = ()


def header_of(block: Block, version_key: str, judge: Judge) -> Header:
    """Return a header; mistakes go to the judge."""
    version = judge.text(block, version_key)
    if version and version not in VERSIONS:
        remedy = f"is not supported; must be {' or '.join(VERSIONS)}"
        judge.wrong(block.fields[version_key].place, version, remedy)
        judge.stop_if_wrong()
    created = judge.text(block, "CREATION_DATE")
    if created:
        try:
            parse_epoch(created)
        except ValueError as error:
            judge.wrong(block.fields["CREATION_DATE"].place, created, str(error))
    return Header(
        version=version,
        creation_date=created,
        originator=judge.text(block, "ORIGINATOR"),
        classification=judge.text(block, "CLASSIFICATION", needed=False),
        message_id=judge.text(block, "MESSAGE_ID", needed=False),
        comments=tuple(block.comments),
    )


def metadata_of(block: Block, judge: Judge) -> Metadata:
    """Return metadata; mistakes go to the judge."""
    texts = {
        key.lower(): judge.text(block, key, needed=key != "REF_FRAME_EPOCH")
        for key in META_KEYS
        if key != "TIME_SYSTEM"
    }
    time_system = judge.time_system(block)
    if time_system:
        judge.epoch(block, "REF_FRAME_EPOCH", time_system, needed=False)
    comments = tuple(block.comments)
    return Metadata(**texts, time_system=time_system, comments=comments)  # type: ignore[arg-type]


def covariance_of(block: Block, t_s: float, judge: Judge) -> Covariance:
    """Return a covariance; mistakes go to the judge."""
    matrix = np.zeros((6, 6))
    places = zip(*(index.tolist() for index in np.tril_indices(6)), strict=True)
    for key, (row, column) in zip(COVARIANCE_KEYS, places, strict=True):
        value = judge.number(block, key, COVARIANCE_UNITS[key], 1e6) or 0.0
        matrix[row, column] = matrix[column, row] = value
        if row == column and value < 0.0:
            field_ = block.fields[key]
            judge.wrong(field_.place, field_.text, "a variance must not be negative")
    return Covariance(
        t_s=t_s,
        ref_frame=judge.text(block, "COV_REF_FRAME", needed=False),
        matrix=matrix,
        comments=tuple(block.comments),
    )


def state_mistake(position_m: Sequence[float], velocity_m_per_s: Sequence[float]) -> str:
    """Return why a state cannot be one, or nothing."""
    if not all(abs(value) <= MOST_DISTANCE_M for value in position_m):
        return "is farther than a light year; positions are in km"
    if not all(abs(value) < LIGHT_M_PER_S for value in velocity_m_per_s):
        return "is faster than light; velocities are in km/s"
    return ""


def header_part(header: Header, kind: str) -> Part:
    """Return a header as a part, without the version.

    Raises
    ------
    InputError
        The header asks for what its version does not have.
    """
    if header.version not in VERSIONS:
        remedy = f"must be {' or '.join(VERSIONS)}"
        raise InputError(Problem(kind, "version", header.version, remedy))
    if header.version == "2.0" and (header.classification or header.message_id):
        remedy = "classification and message_id are of version 3.0; leave them empty"
        raise InputError(Problem(kind, "version", header.version, remedy))
    try:
        parse_epoch(header.creation_date)
    except ValueError as error:
        problem = Problem(kind, "creation_date", header.creation_date, str(error))
        raise InputError(problem) from None
    pairs = [
        ("CLASSIFICATION", header.classification),
        ("CREATION_DATE", header.creation_date),
        ("ORIGINATOR", header.originator),
        ("MESSAGE_ID", header.message_id),
    ]
    optional = ("CLASSIFICATION", "MESSAGE_ID")
    kept = [(key, text) for key, text in pairs if text or key not in optional]
    return Part("header", header.comments, kept)


def metadata_pairs(metadata: Metadata) -> Pairs:
    """Return metadata as pairs of keyword and text."""
    pairs: Pairs = [(key, str(getattr(metadata, key.lower()))) for key in META_KEYS]
    return [(key, text) for key, text in pairs if text or key != "REF_FRAME_EPOCH"]
