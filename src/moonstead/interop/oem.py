"""Orbit Ephemeris Messages (OEM) of CCSDS 502.0-B-2 and -3: tables of states, in KVN and XML."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstead.interop import ndm_kvn, ndm_xml
from moonstead.interop.ndm import (
    Covariance,
    Header,
    Metadata,
    covariance_of,
    header_of,
    header_part,
    metadata_of,
    metadata_pairs,
    state_mistake,
)
from moonstead.interop.ndm_blocks import Block, Judge, RawSegment, number_of, read_bytes
from moonstead.interop.ndm_epochs import epoch_texts, parse_epoch, t_s_of
from moonstead.interop.ndm_keys import ACCELERATION_KEYS, AXES
from moonstead.interop.ndm_write import (
    Form,
    Part,
    check_texts,
    covariance_pairs,
    form_of,
    kvn_lines,
    number_text,
    state_texts,
    xml_document,
    xml_lines,
)

FloatArray = NDArray[np.float64]

SPAN_MARGIN_S = 1.0
"""States may stand this far outside START_TIME and STOP_TIME, which many writers round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OemSegment:
    """States of one object without a manoeuvre between them; all ``t_s`` in TDB past J2000.

    Parameters
    ----------
    metadata
        Centre and frame of the states, time system of the file.
    start_t_s, stop_t_s
        The span that the message tells of.
    useable_start_t_s, useable_stop_t_s
        The span in which interpolation is good; None where it is the whole.
    interpolation, interpolation_degree
        What the maker recommends; empty and None where nothing.
    t_s
        Of the states, rising, shape (n,).
    position_m, velocity_m_per_s
        From the centre, along the axes of the frame, shape (n, 3).
    acceleration_m_per_s2
        The same where every state has one, otherwise None.
    covariances
        In rising order of time.
    comments
        Before the states, one a line.
    """

    metadata: Metadata
    start_t_s: float
    stop_t_s: float
    useable_start_t_s: float | None = None
    useable_stop_t_s: float | None = None
    interpolation: str = ""
    interpolation_degree: int | None = None
    t_s: FloatArray = field(repr=False)
    position_m: FloatArray = field(repr=False)
    velocity_m_per_s: FloatArray = field(repr=False)
    acceleration_m_per_s2: FloatArray | None = field(default=None, repr=False)
    covariances: tuple[Covariance, ...] = ()
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Oem:
    """A whole message: its header and at least one segment."""

    header: Header
    segments: tuple[OemSegment, ...]


def read_oem(path: Path) -> Oem:
    """Read an OEM file; KVN and XML are told apart by their first sign.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Oem
        In SI units and TDB; frames, centres and names as in the file.

    Raises
    ------
    InputError
        With every mistake (the first 20 and their number), by line and keyword or XML path.
    """
    return parse_oem(read_bytes(path), str(path))


def parse_oem(data: bytes, file: str) -> Oem:
    """Read an OEM as `read_oem` does, from its bytes; ``file`` is what errors name."""
    judge = Judge(file)
    is_xml = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    raw = ndm_xml.raw_oem(data, judge) if is_xml else ndm_kvn.raw_oem(data, judge)
    header = header_of(raw.header, "CCSDS_OEM_VERS", judge)
    if not raw.segments:
        judge.wrong("end of file", "", "META_START is missing; an OEM has at least one segment")
    segments = [_segment(segment, judge) for segment in raw.segments]
    for (before, _), (after, block) in pairwise(zip(segments, raw.segments, strict=True)):
        if after.metadata.time_system != before.metadata.time_system:
            value = after.metadata.time_system
            remedy = "the time system must be the same in all segments"
            judge.wrong(block.meta.place, value, remedy)
    judge.stop_if_wrong()
    return Oem(header, tuple(segments))


def _segment(raw: RawSegment, judge: Judge) -> OemSegment:
    metadata = metadata_of(raw.meta, judge)
    system = metadata.time_system
    start_t_s = judge.epoch(raw.meta, "START_TIME", system) or 0.0
    stop_t_s = judge.epoch(raw.meta, "STOP_TIME", system) or 0.0
    useable = [
        judge.epoch(raw.meta, key, system, needed=False)
        for key in ("USEABLE_START_TIME", "USEABLE_STOP_TIME")
    ]
    degree = _degree(raw.meta, judge)
    t_s, table = _states(raw, system, judge)
    inside = True
    if len(t_s) and {"START_TIME", "STOP_TIME"} <= set(raw.meta.fields):
        inside = _check_span(raw, (start_t_s, stop_t_s), useable, t_s, judge)
    covariances: list[Covariance] = []
    for block in raw.covariances:
        epoch = judge.epoch(block, "EPOCH", system) or 0.0
        if inside and covariances and epoch < covariances[-1].t_s:
            place = block.fields["EPOCH"].place if "EPOCH" in block.fields else block.place
            judge.wrong(place, "", "covariances must be in the order of time")
        covariances.append(covariance_of(block, epoch, judge))
    return OemSegment(
        metadata=metadata,
        start_t_s=start_t_s,
        stop_t_s=stop_t_s,
        useable_start_t_s=useable[0],
        useable_stop_t_s=useable[1],
        interpolation=judge.text(raw.meta, "INTERPOLATION", needed=False),
        interpolation_degree=degree,
        t_s=t_s,
        position_m=table[:, :3].copy(),
        velocity_m_per_s=table[:, 3:6].copy(),
        acceleration_m_per_s2=table[:, 6:].copy() if table.shape[1] == 9 else None,
        covariances=tuple(covariances),
        comments=tuple(raw.comments),
    )


def _degree(meta: Block, judge: Judge) -> int | None:
    needed = "INTERPOLATION" in meta.fields
    text = judge.text(meta, "INTERPOLATION_DEGREE", needed=needed)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) > 0):
        place = meta.fields["INTERPOLATION_DEGREE"].place
        judge.wrong(place, text, "must be a whole number from 1 to 99")
        return None
    return int(text)


def _states(raw: RawSegment, system: str, judge: Judge) -> tuple[FloatArray, FloatArray]:
    """Return epochs (n,) and rows of 6 or 9 numbers in SI; wrong lines go to the judge."""
    days: list[int] = []
    seconds: list[float] = []
    rows: list[list[float]] = []
    before = len(judge.problems)
    for place, texts in raw.rows:
        row = _numbers(place, texts, judge)
        try:
            day, second = parse_epoch(texts[0])
            if second >= 86400.0 and system:
                t_s_of([day], [second], system)
        except ValueError as error:
            judge.wrong(place, texts[0], str(error))
            continue
        if row is None:
            continue
        if days and (day, second) <= (days[-1], seconds[-1]):
            same = (day, second) == (days[-1], seconds[-1])
            remedy = "stands twice" if same else "is earlier than the state before it"
            judge.wrong(place, texts[0], f"{remedy}; dates of a segment must rise")
        days.append(day)
        seconds.append(second)
        rows.append(row)
    if not raw.rows:
        judge.wrong(raw.meta.place, "", "the segment has no states")
    if len(judge.problems) > before or not system:
        return np.zeros(0), np.zeros((0, 6))
    width = min(len(row) for row in rows)
    table = np.array([row[:width] for row in rows]) * 1e3
    t_s = t_s_of(days, seconds, system)
    for i in np.flatnonzero(np.diff(t_s) <= 0.0).tolist():
        place, texts = raw.rows[i + 1]
        judge.wrong(place, texts[0], "is nearer to the state before it than a microsecond")
    return t_s, table


def _numbers(place: str, texts: list[str], judge: Judge) -> list[float] | None:
    """Return the 6 or 9 numbers of a line in km, or None."""
    if len(texts) not in (7, 10):
        remedy = "a state is a date, three positions, three velocities, and no or 3 accelerations"
        judge.wrong(place, f"{len(texts)} values", remedy)
        return None
    found = []
    for key, text in zip((*AXES, *ACCELERATION_KEYS), texts[1:], strict=False):
        value = number_of(text)
        if value is None or not abs(value) < 1e20:
            judge.wrong(f"{place}, {key}", text, "must be a number, of a size that can be")
            return None
        found.append(value)
    mistake = state_mistake([v * 1e3 for v in found[:3]], [v * 1e3 for v in found[3:6]])
    if mistake:
        judge.wrong(place, " ".join(texts[1:7]), mistake)
        return None
    return found


def _check_span(
    raw: RawSegment,
    span: tuple[float, float],
    useable: list[float | None],
    t_s: FloatArray,
    judge: Judge,
) -> bool:
    """Check that metadata and states tell the same span."""
    start = raw.meta.fields["START_TIME"]
    stop = raw.meta.fields["STOP_TIME"]
    before = len(judge.problems)
    if span[1] < span[0]:
        judge.wrong(stop.place, stop.text, f"is before START_TIME {start.text}")
        return False
    if t_s[0] < span[0] - SPAN_MARGIN_S:
        judge.wrong(raw.rows[0][0], raw.rows[0][1][0], f"is before START_TIME {start.text}")
    if t_s[-1] > span[1] + SPAN_MARGIN_S:
        judge.wrong(raw.rows[-1][0], raw.rows[-1][1][0], f"is after STOP_TIME {stop.text}")
    for key, value in zip(("USEABLE_START_TIME", "USEABLE_STOP_TIME"), useable, strict=True):
        if value is not None and not span[0] <= value <= span[1]:
            told = raw.meta.fields[key]
            judge.wrong(told.place, told.text, "must be between START_TIME and STOP_TIME")
    if useable[0] is not None and useable[1] is not None and useable[1] < useable[0]:
        told = raw.meta.fields["USEABLE_STOP_TIME"]
        judge.wrong(told.place, told.text, "is before USEABLE_START_TIME")
    return len(judge.problems) == before


def oem_text(oem: Oem, form: Form = "kvn") -> str:
    """Write an OEM.

    Parameters
    ----------
    oem
        The message; versions 2.0 and 3.0.
    form
        ``"kvn"`` or ``"xml"``.

    Returns
    -------
    str
        Positions to 1e-9 km, velocities to 1e-12 km/s, accelerations and covariances to 17
        digits, dates in the fewest of 3, 6 or 9 decimals that keep them.

    Raises
    ------
    InputError
        A text would break the file, or the version has no such part.
    """
    header = header_part(oem.header, "oem")
    metas = [_meta_part(segment) for segment in oem.segments]
    others = [Part("", segment.comments, []) for segment in oem.segments]
    covariances = [
        Part("", item.comments, [("COV_REF_FRAME", item.ref_frame)] if item.ref_frame else [])
        for segment in oem.segments
        for item in segment.covariances
    ]
    check_texts("oem", [header, *metas, *others, *covariances])
    if form == "xml":
        body = [
            line
            for segment, meta in zip(oem.segments, metas, strict=True)
            for line in _xml_segment(segment, meta)
        ]
        return xml_document("oem", oem.header.version, header, body)
    lines = [f"CCSDS_OEM_VERS = {oem.header.version}", *kvn_lines(header)]
    for segment, meta in zip(oem.segments, metas, strict=True):
        lines += ["", "META_START", *kvn_lines(meta), "META_STOP", ""]
        lines += kvn_lines(Part("", segment.comments, []))
        lines += [" ".join(texts) for texts in _rows(segment)]
        lines += _kvn_covariances(segment)
    return "\n".join(lines) + "\n"


def write_oem(oem: Oem, path: Path) -> None:
    """Write an OEM file as `oem_text` does: XML where its name ends in ``.xml``, otherwise KVN."""
    path.write_text(oem_text(oem, form_of(path)), encoding="utf-8")


def _meta_part(segment: OemSegment) -> Part:
    times = {
        "START_TIME": segment.start_t_s,
        "USEABLE_START_TIME": segment.useable_start_t_s,
        "USEABLE_STOP_TIME": segment.useable_stop_t_s,
        "STOP_TIME": segment.stop_t_s,
    }
    system = segment.metadata.time_system
    pairs = metadata_pairs(segment.metadata)
    pairs += [(key, epoch_texts(t, system)[0]) for key, t in times.items() if t is not None]
    if segment.interpolation:
        pairs.append(("INTERPOLATION", segment.interpolation))
        pairs.append(("INTERPOLATION_DEGREE", str(segment.interpolation_degree or "")))
    return Part("metadata", segment.metadata.comments, pairs)


def _rows(segment: OemSegment) -> list[list[str]]:
    rows = []
    dates = epoch_texts(segment.t_s, segment.metadata.time_system)
    for i, text in enumerate(dates):
        row = [text, *state_texts(segment.position_m[i], segment.velocity_m_per_s[i])]
        if segment.acceleration_m_per_s2 is not None:
            row += [number_text(v / 1e3) for v in segment.acceleration_m_per_s2[i].tolist()]
        rows.append(row)
    return rows


def _kvn_covariances(segment: OemSegment) -> list[str]:
    if not segment.covariances:
        return []
    lines = ["", "COVARIANCE_START"]
    for item in segment.covariances:
        pairs = [("EPOCH", epoch_texts(item.t_s, segment.metadata.time_system)[0])]
        pairs += [("COV_REF_FRAME", item.ref_frame)] if item.ref_frame else []
        lines += kvn_lines(Part("", item.comments, pairs))
        values = iter(text for _, text in covariance_pairs(item.matrix))
        lines += [" ".join(next(values) for _ in range(row + 1)) for row in range(6)]
    return [*lines, "COVARIANCE_STOP"]


def _xml_segment(segment: OemSegment, meta: Part) -> list[str]:
    lines = ["    <segment>", *xml_lines(meta, "      "), "      <data>"]
    lines += xml_lines(Part("data", segment.comments, []), "      ")[1:-1]
    keys = ("EPOCH", *AXES, *ACCELERATION_KEYS)
    for row in _rows(segment):
        part = Part("stateVector", (), list(zip(keys, row, strict=False)))
        lines += xml_lines(part, "        ")
    for item in segment.covariances:
        pairs = [("EPOCH", epoch_texts(item.t_s, segment.metadata.time_system)[0])]
        pairs += [("COV_REF_FRAME", item.ref_frame)] if item.ref_frame else []
        pairs += covariance_pairs(item.matrix)
        lines += xml_lines(Part("covarianceMatrix", item.comments, pairs), "        ")
    return [*lines, "      </data>", "    </segment>"]
