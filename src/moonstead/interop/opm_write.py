"""Writing Orbit Parameter Messages, in KVN and XML."""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from moonstead.errors import InputError, Problem
from moonstead.interop.ndm import header_part, metadata_pairs
from moonstead.interop.ndm_epochs import epoch_texts
from moonstead.interop.ndm_keys import AXES, KEPLER_UNITS, SPACECRAFT_UNITS, USER_DEFINED
from moonstead.interop.ndm_write import (
    Form,
    Pairs,
    Part,
    check_texts,
    covariance_pairs,
    form_of,
    kvn_lines,
    number_text,
    speed_text,
    state_texts,
    xml_document,
    xml_lines,
)
from moonstead.interop.opm import KeplerState, Manoeuvre, Opm, Spacecraft


def opm_text(opm: Opm, form: Form = "kvn") -> str:
    """Write an OPM.

    Parameters
    ----------
    opm
        The message; versions 2.0 and 3.0.
    form
        ``"kvn"`` or ``"xml"``.

    Returns
    -------
    str
        Positions to 1e-9 km, velocities to 1e-12 km/s, other numbers to 17 digits.

    Raises
    ------
    InputError
        A text would break the file, or the version has no such part.
    """
    header = header_part(opm.header, "opm")
    told = len(_spacecraft_pairs(opm.spacecraft))
    if opm.header.version == "2.0" and 0 < told < len(SPACECRAFT_UNITS):
        remedy = "version 2.0 wants mass, both areas and both coefficients, or none of them"
        raise InputError(Problem("opm", "spacecraft", f"{told} values", remedy))
    meta = Part("metadata", opm.metadata.comments, metadata_pairs(opm.metadata))
    parts = _data_parts(opm)
    user = Part("", (), [(USER_DEFINED + name, text) for name, text in opm.user_defined])
    check_texts("opm", [header, meta, *parts, user])
    if form == "kvn":
        lines = [f"CCSDS_OPM_VERS = {opm.header.version}"]
        for part in (header, meta, *parts, user):
            lines += kvn_lines(part) + ([""] if part.pairs else [])
        return "\n".join(lines)
    body = ["    <segment>", *xml_lines(meta, "      "), "      <data>"]
    body += xml_lines(Part("data", opm.comments, []), "      ")[1:-1]
    for part in parts:
        comments = () if part.tag == "stateVector" else part.comments
        body += xml_lines(Part(part.tag, comments, part.pairs), "        ")
    if opm.user_defined:
        body += ["        <userDefinedParameters>"]
        body += [
            f"          <USER_DEFINED parameter={quoteattr(name)}>{escape(text)}</USER_DEFINED>"
            for name, text in opm.user_defined
        ]
        body += ["        </userDefinedParameters>"]
    body += ["      </data>", "    </segment>"]
    return xml_document("opm", opm.header.version, header, body)


def write_opm(opm: Opm, path: Path) -> None:
    """Write an OPM file as `opm_text` does: XML where its name ends in ``.xml``, otherwise KVN."""
    path.write_text(opm_text(opm, form_of(path)), encoding="utf-8")


def _data_parts(opm: Opm) -> list[Part]:
    system = opm.metadata.time_system
    texts = state_texts(opm.position_m, opm.velocity_m_per_s)
    state = [("EPOCH", epoch_texts(opm.t_s, system)[0]), *zip(AXES, texts, strict=True)]
    parts = [Part("stateVector", opm.comments, state)]
    if opm.kepler:
        parts.append(Part("keplerianElements", (), _kepler_pairs(opm.kepler)))
    if pairs := _spacecraft_pairs(opm.spacecraft):
        parts.append(Part("spacecraftParameters", (), pairs))
    if opm.covariance:
        frame = opm.covariance.ref_frame
        pairs = [("COV_REF_FRAME", frame)] if frame else []
        pairs += covariance_pairs(opm.covariance.matrix)
        parts.append(Part("covarianceMatrix", opm.covariance.comments, pairs))
    parts += [
        Part("maneuverParameters", burn.comments, _manoeuvre_pairs(burn, system))
        for burn in opm.manoeuvres
    ]
    return parts


def _kepler_pairs(kepler: KeplerState) -> Pairs:
    left_out = "MEAN_ANOMALY" if kepler.anomaly == "true" else "TRUE_ANOMALY"
    values = (
        kepler.semi_major_axis_m / 1e3,
        kepler.eccentricity,
        kepler.inclination_deg,
        kepler.ascending_node_deg,
        kepler.pericentre_argument_deg,
        kepler.anomaly_deg,
        kepler.gm_m3_per_s2 / 1e9,
    )
    keys = [key for key in KEPLER_UNITS if key != left_out]
    return [(key, number_text(value)) for key, value in zip(keys, values, strict=True)]


def _spacecraft_pairs(craft: Spacecraft) -> Pairs:
    values = (
        craft.mass_kg,
        craft.solar_area_m2,
        craft.solar_coefficient,
        craft.drag_area_m2,
        craft.drag_coefficient,
    )
    told = zip(SPACECRAFT_UNITS, values, strict=True)
    return [(key, number_text(value)) for key, value in told if value is not None]


def _manoeuvre_pairs(burn: Manoeuvre, time_system: str) -> Pairs:
    return [
        ("MAN_EPOCH_IGNITION", epoch_texts(burn.t_s, time_system)[0]),
        ("MAN_DURATION", number_text(burn.duration_s)),
        ("MAN_DELTA_MASS", number_text(burn.delta_mass_kg)),
        ("MAN_REF_FRAME", burn.ref_frame),
        *(
            (f"MAN_DV_{axis}", speed_text(value / 1e3))
            for axis, value in enumerate(burn.delta_v_m_per_s, 1)
        ),
    ]
