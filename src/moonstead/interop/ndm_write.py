"""Navigation messages as text: keyword-value notation and XML from one description.

Digits: positions to 1e-9 km, speeds to 1e-12 km/s, everything else to 17 significant digits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import InputError, Problem
from moonstead.interop.ndm_keys import AXES, COVARIANCE_KEYS

FloatArray = NDArray[np.float64]
Form = Literal["kvn", "xml"]
Pairs = list[tuple[str, str]]

_SCHEMA = {
    "2.0": "https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-2.0.0-master-2.0.xsd",
    "3.0": "https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-4.0.0-master-4.0.xsd",
}
"""The master schemas that CCSDS publishes for the two versions of the Orbit Data Messages."""


@dataclass(frozen=True, slots=True)
class Part:
    """Values under one heading: the XML element, comments, and pairs of keyword and text."""

    tag: str
    comments: tuple[str, ...]
    pairs: Pairs


def form_of(path: Path) -> Form:
    """Return the form that a file's name asks for: XML for ``.xml``, otherwise KVN."""
    return "xml" if path.suffix.lower() == ".xml" else "kvn"


def check_texts(kind: str, parts: Iterable[Part]) -> None:
    """Refuse values that would break a line or the file.

    Raises
    ------
    InputError
        With every text that is no single line of ASCII, or is empty.
    """
    problems = []
    for part in parts:
        for key, text in [*part.pairs, *(("COMMENT", text) for text in part.comments)]:
            if not (text.isascii() and text.isprintable()):
                remedy = "must be one line of ASCII letters and signs"
                problems.append(Problem(kind, key, repr(text), remedy))
            elif not text.strip() and key != "COMMENT":
                problems.append(Problem(kind, key, "", "must not be empty"))
    if problems:
        raise InputError(problems)


def distance_text(km: float) -> str:
    """Return a position to 1e-9 km (a micrometre)."""
    return f"{km + 0.0:.9f}"


def speed_text(km_per_s: float) -> str:
    """Return a velocity to 1e-12 km/s (a nanometre a second)."""
    return f"{km_per_s + 0.0:.12f}"


def number_text(value: float) -> str:
    """Return a number with 17 significant digits, which keep every bit of it."""
    return f"{value + 0.0:.16e}"


def state_texts(position_m: FloatArray, velocity_m_per_s: FloatArray) -> list[str]:
    """Return the six texts of a state in km and km/s."""
    return [
        *(distance_text(value / 1e3) for value in position_m.tolist()),
        *(speed_text(value / 1e3) for value in velocity_m_per_s.tolist()),
    ]


def covariance_pairs(matrix: FloatArray) -> Pairs:
    """Return the 21 named values of the lower triangle, in km and km/s."""
    values = matrix[np.tril_indices(len(AXES))] / 1e6
    return [
        (key, number_text(value))
        for key, value in zip(COVARIANCE_KEYS, values.tolist(), strict=True)
    ]


def kvn_lines(part: Part) -> list[str]:
    """Return a part as comments and lines ``KEYWORD = value``."""
    lines = [f"COMMENT {text}".rstrip() for text in part.comments]
    return lines + [f"{key} = {text}" for key, text in part.pairs]


def xml_lines(part: Part, indent: str) -> list[str]:
    """Return a part as an XML element with its values."""
    values = [("COMMENT", text) for text in part.comments] + part.pairs
    inner = [f"{indent}  <{key}>{escape(text)}</{key}>" for key, text in values]
    return [f"{indent}<{part.tag}>", *inner, f"{indent}</{part.tag}>"]


def xml_document(kind: str, version: str, header: Part, body: Iterable[str]) -> str:
    """Return a whole document of a kind (``oem`` or ``opm``) around the lines of its body."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{kind} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        f'     xsi:noNamespaceSchemaLocation="{_SCHEMA[version]}"',
        f'     id="CCSDS_{kind.upper()}_VERS" version="{version}">',
        *xml_lines(header, "  "),
        "  <body>",
        *body,
        "  </body>",
        f"</{kind}>",
    ]
    return "\n".join(lines) + "\n"
