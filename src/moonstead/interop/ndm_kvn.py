"""Navigation messages in keyword-value notation (KVN) of CCSDS 502.0-B, section 7."""

import re

from moonstead.interop.ndm_blocks import Block, Field, Judge, RawOem, RawOpm, RawSegment
from moonstead.interop.ndm_keys import (
    COVARIANCE_HEAD_KEYS,
    COVARIANCE_KEYS,
    OEM_META_KEYS,
    OPM_KEYS,
    USER_DEFINED,
    header_keys,
)

_PAIR = re.compile(r"([A-Z][A-Z0-9_]*)\s*=\s*(.*)", re.ASCII)
_UNIT = re.compile(r"(.*?)\s*\[\s*([^\]]*?)\s*\]")
_NAMES = ("META_START", "META_STOP", "COVARIANCE_START", "COVARIANCE_STOP")


def lines_of(data: bytes, judge: Judge) -> list[tuple[str, str]]:
    """Return the place and text of each line that is not blank.

    Raises
    ------
    InputError
        The file is no text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        judge.wrong(f"line {line}", repr(data[error.start : error.start + 1]), "must be plain text")
        judge.stop_if_wrong()
        raise
    lines = re.split(r"\r\n|\n|\r", text)
    return [(f"line {n}", line.strip()) for n, line in enumerate(lines, 1) if line.strip()]


def raw_oem(data: bytes, judge: Judge) -> RawOem:
    """Read the lines of an OEM; what cannot be placed is told to the judge."""
    lines = lines_of(data, judge)
    reader = _OemReader(judge, _header(lines, "CCSDS_OEM_VERS", judge))
    for place, line in lines[1:]:
        reader.take(place, line)
    return reader.finished()


def _header(lines: list[tuple[str, str]], version_key: str, judge: Judge) -> Block:
    header = Block("header")
    match = _PAIR.fullmatch(lines[0][1]) if lines else None
    if match is None or match[1] != version_key:
        value = lines[0][1] if lines else ""
        judge.wrong("line 1", value, f'the first line must be "{version_key} = 2.0" or "= 3.0"')
        judge.stop_if_wrong()
    else:
        header.fields[version_key] = Field(f"{lines[0][0]}, {version_key}", match[2])
    return header


class _OemReader:
    """Knows in which part of the file the next line stands."""

    def __init__(self, judge: Judge, header: Block) -> None:
        self._judge = judge
        self._oem = RawOem(header)
        self._header_keys = header_keys(header.fields["CCSDS_OEM_VERS"].text)
        self._part = "header"
        self._matrix: list[tuple[str, str]] = []
        self._before_epoch: list[str] = []

    def take(self, place: str, line: str) -> None:
        if line == "COMMENT" or line.startswith("COMMENT "):
            self._comments().append(line[8:].strip())
        elif line in _NAMES:
            self._turn(place, line)
        elif match := _PAIR.fullmatch(line):
            self._pair(place, match[1], match[2])
        else:
            self._row(place, line)

    def finished(self) -> RawOem:
        if self._part in ("metadata", "covariance"):
            stop = "META_STOP" if self._part == "metadata" else "COVARIANCE_STOP"
            self._judge.wrong("end of file", "", f"{stop} is missing; the file may be cut off")
        self._close_matrix()
        return self._oem

    def _comments(self) -> list[str]:
        if self._part == "header":
            return self._oem.header.comments
        segment = self._oem.segments[-1]
        if self._part == "metadata":
            return segment.meta.comments
        if self._part == "covariance":
            return self._before_epoch
        return segment.comments

    def _turn(self, place: str, name: str) -> None:
        wanted = {
            "META_START": ("header", "data", "after covariance"),
            "META_STOP": ("metadata",),
            "COVARIANCE_START": ("data", "after covariance"),
            "COVARIANCE_STOP": ("covariance",),
        }[name]
        if self._part not in wanted:
            self._judge.wrong(place, name, f"cannot stand in the {self._part} part")
            self._judge.stop_if_wrong()
        self._close_matrix()
        if name == "META_START":
            self._oem.segments.append(RawSegment(Block(f"{place}, metadata")))
        self._part = {
            "META_START": "metadata",
            "META_STOP": "data",
            "COVARIANCE_START": "covariance",
            "COVARIANCE_STOP": "after covariance",
        }[name]

    def _pair(self, place: str, key: str, text: str) -> None:
        where = f"{place}, {key}"
        if self._part == "header":
            self._place(self._oem.header, self._header_keys, key, Field(where, text))
        elif self._part == "metadata":
            self._place(self._oem.segments[-1].meta, OEM_META_KEYS, key, Field(where, text))
        elif self._part == "covariance":
            covariances = self._oem.segments[-1].covariances
            if key == "EPOCH":
                self._close_matrix()
                block = Block(f"{place}, covariance", comments=self._before_epoch)
                self._before_epoch = []
                covariances.append(block)
            if not covariances:
                self._judge.wrong(where, text, "a covariance begins with EPOCH")
                return
            self._place(covariances[-1], COVARIANCE_HEAD_KEYS, key, Field(where, text))
        else:
            self._judge.wrong(where, text, "a keyword cannot stand among states; write META_START")

    def _place(self, block: Block, known: tuple[str, ...], key: str, value: Field) -> None:
        if key in known:
            self._judge.put(block, key, value)
        else:
            self._judge.unknown(value.place, key, list(known))

    def _row(self, place: str, line: str) -> None:
        if self._part == "data":
            self._oem.segments[-1].rows.append((place, line.split()))
        elif self._part == "covariance":
            self._matrix.append((place, line))
        else:
            remedy = f'cannot be read in the {self._part} part; a line is "KEYWORD = value"'
            self._judge.wrong(place, line, remedy)

    def _close_matrix(self) -> None:
        """Give the rows read so far to the last covariance, as its 21 named values."""
        rows, self._matrix = self._matrix, []
        if self._part != "covariance":
            return
        covariances = self._oem.segments[-1].covariances
        if not covariances:
            if rows:
                self._judge.wrong(rows[0][0], rows[0][1], "a covariance begins with EPOCH")
            return
        block = covariances[-1]
        if len(rows) != 6:
            self._judge.wrong(block.place, f"{len(rows)} rows", "a covariance has 6 rows")
            return
        names = iter(COVARIANCE_KEYS)
        for wanted, (place, line) in enumerate(rows, 1):
            texts = line.split()
            if len(texts) != wanted:
                self._judge.wrong(place, f"{len(texts)} values", f"this row has {wanted}")
            for name, text in zip([next(names) for _ in range(wanted)], texts, strict=False):
                block.fields[name] = Field(f"{place}, {name}", text)


def raw_opm(data: bytes, judge: Judge) -> RawOpm:
    """Read the lines of an OPM; what cannot be placed is told to the judge."""
    lines = lines_of(data, judge)
    opm = RawOpm(_header(lines, "CCSDS_OPM_VERS", judge))
    known_in_header = header_keys(opm.header.fields["CCSDS_OPM_VERS"].text)
    block = opm.header
    comments: list[str] = []
    for place, line in lines[1:]:
        if line == "COMMENT" or line.startswith("COMMENT "):
            comments.append(line[8:].strip())
            continue
        match = _PAIR.fullmatch(line)
        if match is None:
            judge.wrong(place, line, 'cannot be read; a line is "KEYWORD = value"')
            continue
        key, text = match.groups()
        value = Field(f"{place}, {key}", text)
        if key in known_in_header:
            block = opm.header
        elif (found := _block_of(opm, place, key)) is not None:
            block = found
            if unit := _UNIT.fullmatch(text):
                value = Field(value.place, unit[1], unit[2])
        else:
            known = [name for names in OPM_KEYS.values() for name in names]
            judge.unknown(value.place, key, [*known_in_header, *known])
            continue
        block.comments += comments
        comments = []
        judge.put(block, key, value)
    block.comments += comments
    return opm


def _block_of(opm: RawOpm, place: str, key: str) -> Block | None:
    """Return the block that a keyword belongs to, made where it is the first of it."""
    for name, keys in OPM_KEYS.items():
        if key not in keys and not (name == "user" and key.startswith(USER_DEFINED)):
            continue
        if name != "manoeuvre":
            return opm.blocks.setdefault(name, Block(f"{place}, {name}"))
        if key == keys[0] or not opm.manoeuvres:
            opm.manoeuvres.append(Block(f"{place}, manoeuvre"))
        return opm.manoeuvres[-1]
    return None
