"""Orbit Parameter Messages (OPM) of CCSDS 502.0-B-2 and -3: one state, in KVN and XML."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from moonstead.interop import ndm_kvn, ndm_xml
from moonstead.interop.ndm import (
    Covariance,
    Header,
    Metadata,
    covariance_of,
    header_of,
    metadata_of,
    state_mistake,
)
from moonstead.interop.ndm_blocks import Block, Judge, RawOpm, read_bytes
from moonstead.interop.ndm_keys import (
    AXES,
    KEPLER_UNITS,
    MANOEUVRE_UNITS,
    SPACECRAFT_UNITS,
    STATE_UNITS,
    USER_DEFINED,
)

FloatArray = NDArray[np.float64]

_NO_BLOCK = Block("")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeplerState:
    """The osculating two-body orbit of a state, as the maker of the file counted it.

    Parameters
    ----------
    semi_major_axis_m, eccentricity
        Shape of the orbit; the axis is negative for a hyperbola.
    inclination_deg, ascending_node_deg, pericentre_argument_deg
        Against the axes of the reference frame.
    anomaly, anomaly_deg
        Which anomaly, and its value.
    gm_m3_per_s2
        Of the centre.
    """

    semi_major_axis_m: float
    eccentricity: float
    inclination_deg: float
    ascending_node_deg: float
    pericentre_argument_deg: float
    anomaly: Literal["true", "mean"]
    anomaly_deg: float
    gm_m3_per_s2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacecraft:
    """Mass and the areas that light and air push on; None where the file does not tell.

    Parameters
    ----------
    mass_kg, solar_area_m2, solar_coefficient, drag_area_m2, drag_coefficient
        As in the file.
    """

    mass_kg: float | None = None
    solar_area_m2: float | None = None
    solar_coefficient: float | None = None
    drag_area_m2: float | None = None
    drag_coefficient: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manoeuvre:
    """A burn.

    Parameters
    ----------
    t_s
        Of ignition, TDB seconds past J2000.
    duration_s, delta_mass_kg
        How long it burns (0 for an impulse), and the change of mass (not positive).
    ref_frame, delta_v_m_per_s
        Frame of the change of velocity, and the change, three values.
    comments
        One a line.
    """

    t_s: float
    duration_s: float
    delta_mass_kg: float
    ref_frame: str
    delta_v_m_per_s: tuple[float, float, float]
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opm:
    """One state and what is known about it; ``t_s`` in TDB past J2000.

    Parameters
    ----------
    header, metadata
        Who made it, and what it is counted against.
    t_s, position_m, velocity_m_per_s
        The state, shapes (3,).
    kepler, spacecraft, covariance, manoeuvres
        Where the file has them.
    user_defined
        Pairs of name and text.
    comments
        Before the state, one a line.
    """

    header: Header
    metadata: Metadata
    t_s: float
    position_m: FloatArray = field(repr=False)
    velocity_m_per_s: FloatArray = field(repr=False)
    kepler: KeplerState | None = None
    spacecraft: Spacecraft = Spacecraft()
    covariance: Covariance | None = None
    manoeuvres: tuple[Manoeuvre, ...] = ()
    user_defined: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()


def read_opm(path: Path) -> Opm:
    """Read an OPM file; KVN and XML are told apart by their first sign.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Opm
        In SI units and TDB; frames, centres and names as in the file.

    Raises
    ------
    InputError
        With every mistake (the first 20 and their number), by line and keyword or XML path.
    """
    return parse_opm(read_bytes(path), str(path))


def parse_opm(data: bytes, file: str) -> Opm:
    """Read an OPM as `read_opm` does, from its bytes; ``file`` is what errors name."""
    judge = Judge(file)
    is_xml = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    raw = ndm_xml.raw_opm(data, judge) if is_xml else ndm_kvn.raw_opm(data, judge)
    header = header_of(raw.header, "CCSDS_OPM_VERS", judge)
    for name in ("metadata", "state"):
        if name not in raw.blocks:
            judge.wrong("end of file", "", f"the {name} part is missing")
            judge.stop_if_wrong()
    metadata = metadata_of(raw.blocks["metadata"], judge)
    state = raw.blocks["state"]
    t_s = judge.epoch(state, "EPOCH", metadata.time_system) or 0.0
    values = [_number(judge, state, key, STATE_UNITS, 1e3) for key in AXES]
    if mistake := state_mistake(values[:3], values[3:]):
        judge.wrong(state.place, "", mistake)
    covariance = raw.blocks.get("covariance")
    user = raw.blocks.get("user", _NO_BLOCK).fields
    opm = Opm(
        header=header,
        metadata=metadata,
        t_s=t_s,
        position_m=np.array(values[:3]),
        velocity_m_per_s=np.array(values[3:]),
        kepler=_kepler(raw.blocks["kepler"], judge) if "kepler" in raw.blocks else None,
        spacecraft=_spacecraft(raw.blocks.get("spacecraft", _NO_BLOCK), judge),
        covariance=covariance_of(covariance, t_s, judge) if covariance else None,
        manoeuvres=tuple(_manoeuvre(b, metadata.time_system, judge) for b in raw.manoeuvres),
        user_defined=tuple(
            (key.removeprefix(USER_DEFINED), judge.text(raw.blocks["user"], key)) for key in user
        ),
        comments=_comments(raw),
    )
    judge.stop_if_wrong()
    return opm


def _comments(raw: RawOpm) -> tuple[str, ...]:
    """Return the comments of the data: those of parts that keep none go with the state's."""
    parts = ("state", "kepler", "spacecraft", "user")
    return tuple(text for part in parts for text in raw.blocks.get(part, _NO_BLOCK).comments)


def _number(
    judge: Judge, block: Block, key: str, units: dict[str, str], scale: float = 1.0
) -> float:
    return judge.number(block, key, units[key], scale) or 0.0


def _kepler(block: Block, judge: Judge) -> KeplerState:
    both = {key for key in ("TRUE_ANOMALY", "MEAN_ANOMALY") if key in block.fields}
    if len(both) != 1:
        remedy = "either TRUE_ANOMALY or MEAN_ANOMALY must be given, and not both"
        judge.wrong(block.place, "", remedy)
    anomaly = "MEAN_ANOMALY" if "MEAN_ANOMALY" in both else "TRUE_ANOMALY"
    scales = {"SEMI_MAJOR_AXIS": 1e3, "GM": 1e9}
    values = {
        key: _number(judge, block, key, KEPLER_UNITS, scales.get(key, 1.0))
        for key in KEPLER_UNITS
        if key not in ("TRUE_ANOMALY", "MEAN_ANOMALY")
    }
    if values["ECCENTRICITY"] < 0.0:
        told = block.fields["ECCENTRICITY"]
        judge.wrong(told.place, told.text, "must not be negative")
    angle = _number(judge, block, anomaly, KEPLER_UNITS) if both else 0.0
    return KeplerState(
        semi_major_axis_m=values["SEMI_MAJOR_AXIS"],
        eccentricity=values["ECCENTRICITY"],
        inclination_deg=values["INCLINATION"],
        ascending_node_deg=values["RA_OF_ASC_NODE"],
        pericentre_argument_deg=values["ARG_OF_PERICENTER"],
        anomaly="true" if anomaly == "TRUE_ANOMALY" else "mean",
        anomaly_deg=angle,
        gm_m3_per_s2=values["GM"],
    )


def _spacecraft(block: Block, judge: Judge) -> Spacecraft:
    values = []
    for key, unit in SPACECRAFT_UNITS.items():
        value = judge.number(block, key, unit, needed=False)
        if value is not None and value < 0.0:
            judge.wrong(block.fields[key].place, block.fields[key].text, "must not be negative")
        values.append(value)
    return Spacecraft(
        mass_kg=values[0],
        solar_area_m2=values[1],
        solar_coefficient=values[2],
        drag_area_m2=values[3],
        drag_coefficient=values[4],
    )


def _manoeuvre(block: Block, time_system: str, judge: Judge) -> Manoeuvre:
    duration_s = _number(judge, block, "MAN_DURATION", MANOEUVRE_UNITS)
    mass_kg = _number(judge, block, "MAN_DELTA_MASS", MANOEUVRE_UNITS)
    if duration_s < 0.0:
        told = block.fields["MAN_DURATION"]
        judge.wrong(told.place, told.text, "must not be negative")
    if mass_kg > 0.0:
        told = block.fields["MAN_DELTA_MASS"]
        judge.wrong(told.place, told.text, "must not be positive: a burn takes mass away")
    change = [_number(judge, block, f"MAN_DV_{axis}", MANOEUVRE_UNITS, 1e3) for axis in (1, 2, 3)]
    return Manoeuvre(
        t_s=judge.epoch(block, "MAN_EPOCH_IGNITION", time_system) or 0.0,
        duration_s=duration_s,
        delta_mass_kg=mass_kg,
        ref_frame=judge.text(block, "MAN_REF_FRAME"),
        delta_v_m_per_s=(change[0], change[1], change[2]),
        comments=tuple(block.comments),
    )
