"""The keywords of CCSDS 502.0-B-2 and -3 in their order, with the units that values are in."""

from typing import Final

VERSIONS: Final = ("2.0", "3.0")
USER_DEFINED: Final = "USER_DEFINED_"

META_KEYS: Final = (
    "OBJECT_NAME",
    "OBJECT_ID",
    "CENTER_NAME",
    "REF_FRAME",
    "REF_FRAME_EPOCH",
    "TIME_SYSTEM",
)
OEM_META_KEYS: Final = (
    *META_KEYS,
    "START_TIME",
    "USEABLE_START_TIME",
    "USEABLE_STOP_TIME",
    "STOP_TIME",
    "INTERPOLATION",
    "INTERPOLATION_DEGREE",
)
AXES: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
ACCELERATION_KEYS: Final = ("X_DDOT", "Y_DDOT", "Z_DDOT")
STATE_UNITS: Final = {
    **dict.fromkeys(AXES[:3], "km"),
    **dict.fromkeys(AXES[3:], "km/s"),
    **dict.fromkeys(ACCELERATION_KEYS, "km/s**2"),
}
KEPLER_UNITS: Final = {
    "SEMI_MAJOR_AXIS": "km",
    "ECCENTRICITY": "",
    "INCLINATION": "deg",
    "RA_OF_ASC_NODE": "deg",
    "ARG_OF_PERICENTER": "deg",
    "TRUE_ANOMALY": "deg",
    "MEAN_ANOMALY": "deg",
    "GM": "km**3/s**2",
}
SPACECRAFT_UNITS: Final = {
    "MASS": "kg",
    "SOLAR_RAD_AREA": "m**2",
    "SOLAR_RAD_COEFF": "",
    "DRAG_AREA": "m**2",
    "DRAG_COEFF": "",
}
MANOEUVRE_UNITS: Final = {
    "MAN_DURATION": "s",
    "MAN_DELTA_MASS": "kg",
    "MAN_DV_1": "km/s",
    "MAN_DV_2": "km/s",
    "MAN_DV_3": "km/s",
}
COVARIANCE_HEAD_KEYS: Final = ("EPOCH", "COV_REF_FRAME")
COVARIANCE_KEYS: Final = tuple(
    f"C{AXES[row]}_{AXES[column]}" for row in range(6) for column in range(row + 1)
)
COVARIANCE_UNITS: Final = {
    f"C{AXES[row]}_{AXES[column]}": ("km**2", "km**2/s", "km**2/s**2")[(row > 2) + (column > 2)]
    for row in range(6)
    for column in range(row + 1)
}
OPM_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "metadata": META_KEYS,
    "state": ("EPOCH", *AXES),
    "kepler": tuple(KEPLER_UNITS),
    "spacecraft": tuple(SPACECRAFT_UNITS),
    "covariance": ("COV_REF_FRAME", *COVARIANCE_KEYS),
    "manoeuvre": (
        "MAN_EPOCH_IGNITION",
        "MAN_DURATION",
        "MAN_DELTA_MASS",
        "MAN_REF_FRAME",
        "MAN_DV_1",
        "MAN_DV_2",
        "MAN_DV_3",
    ),
    "user": (),
}


def header_keys(version: str) -> tuple[str, ...]:
    """Return the keywords of the header, without the version, in a version of the standard."""
    if version == "2.0":
        return ("CREATION_DATE", "ORIGINATOR")
    return ("CLASSIFICATION", "CREATION_DATE", "ORIGINATOR", "MESSAGE_ID")
