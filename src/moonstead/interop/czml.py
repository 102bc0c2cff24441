"""CZML, the scene files of CesiumJS, about the Moon.

Positions are in the axes that turn with the Moon (MOON_ME), under CZML's ``FIXED``: Cesium takes
FIXED as the body-fixed axes of the globe that it shows, so the viewer must be made with
``Ellipsoid.MOON``. CZML's ``INERTIAL`` is never written: Cesium turns it by the Earth's rotation
whatever the globe, which puts an orbiter of the Moon in the wrong place.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import to_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]

_COLOURS = ((255, 200, 60), (80, 180, 255), (250, 110, 110), (130, 220, 130), (200, 150, 250))
_DEGREE = 7
"""Cesium then fits eight samples: within a metre for a low lunar orbit sampled every minute."""


def czml_text(
    trajectories: Sequence[Trajectory], ephemeris: Ephemeris, name: str, step_s: float = 60.0
) -> str:
    """Write trajectories as one CZML document.

    Parameters
    ----------
    trajectories
        At least one; names differ.
    ephemeris
        How the Moon turns.
    name
        Of the document.
    step_s
        Between samples; Cesium fits a polynomial of degree 7 through them.

    Returns
    -------
    str
        JSON: the document packet with a clock over all of them, and for each trajectory a packet
        with availability, position in MOON_ME to a millimetre, point, path and label. Seconds
        count from the first sample; a leap second within would shift what follows by a second.

    Raises
    ------
    InputError
        There is no trajectory, names are twice, or the step is not positive.
    """
    names = [trajectory.name for trajectory in trajectories]
    if not names or len(set(names)) < len(names):
        raise InputError(Problem("czml", "names", ", ".join(names), "need one name each"))
    if not 0.0 < step_s < np.inf:
        raise InputError(Problem("czml", "step_s", f"{step_s:g}", "must be above 0"))
    start_t_s = min(trajectory.start_t_s for trajectory in trajectories)
    end_t_s = max(trajectory.end_t_s for trajectory in trajectories)
    document = {
        "id": "document",
        "name": name,
        "version": "1.0",
        "clock": {
            "interval": f"{_iso(start_t_s)}/{_iso(end_t_s)}",
            "currentTime": _iso(start_t_s),
            "multiplier": 600,
            "range": "LOOP_STOP",
            "step": "SYSTEM_CLOCK_MULTIPLIER",
        },
    }
    packets = [
        _packet(trajectory, ephemeris, step_s, _COLOURS[number % len(_COLOURS)])
        for number, trajectory in enumerate(trajectories)
    ]
    return json.dumps([document, *packets], indent=1, allow_nan=False) + "\n"


def write_czml(
    trajectories: Sequence[Trajectory],
    ephemeris: Ephemeris,
    name: str,
    path: Path,
    step_s: float = 60.0,
) -> None:
    """Write a CZML file as `czml_text` does."""
    path.write_text(czml_text(trajectories, ephemeris, name, step_s), encoding="utf-8")


def _packet(
    trajectory: Trajectory, ephemeris: Ephemeris, step_s: float, colour: tuple[int, int, int]
) -> dict[str, Any]:
    span_s = trajectory.end_t_s - trajectory.start_t_s
    count = max(int(np.ceil(span_s / step_s)), 1) + 1
    t_s = np.linspace(trajectory.start_t_s, trajectory.end_t_s, count)
    position_m, _ = trajectory.state(t_s)
    turn = ephemeris.rotation_icrf_to_moon_me(t_s)
    fixed_m = np.einsum("ijn,nj->ni", turn, position_m)
    samples = np.column_stack([np.round(t_s - t_s[0], 6), np.round(fixed_m, 3)])
    start = _iso(trajectory.start_t_s)
    rgba = {"rgba": [*colour, 255]}
    return {
        "id": trajectory.name,
        "name": trajectory.name,
        "availability": f"{start}/{_iso(trajectory.end_t_s)}",
        "position": {
            "referenceFrame": "FIXED",
            "epoch": start,
            "interpolationAlgorithm": "LAGRANGE",
            "interpolationDegree": min(_DEGREE, count - 1),
            "cartesian": samples.ravel().tolist(),
        },
        "point": {"pixelSize": 8, "color": rgba},
        "label": {"text": trajectory.name, "font": "12px sans-serif", "fillColor": rgba},
        "path": {
            "width": 1,
            "resolution": step_s,
            "leadTime": 0,
            "material": {"solidColor": {"color": rgba}},
        },
    }


def _iso(t_s: float) -> str:
    """Return the date to the millisecond, as JavaScript keeps it."""
    moment = to_utc(t_s) + timedelta(microseconds=500)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
