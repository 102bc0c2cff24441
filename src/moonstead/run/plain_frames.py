"""Frames of telemetry as plain JSON values, for the state of a run, and back."""

from dataclasses import fields
from typing import Any

import numpy as np

from moonstead.contracts import Telemetry

READINGS = (
    "source_power_w",
    "source_share",
    "load_power_w",
    "store_energy_j",
    "node_temperature_k",
    "recorder_bit",
    "tank_kg",
)


def plain_frame(frame: Telemetry) -> dict[str, Any]:
    """Return a frame that brings no commands as plain JSON values."""
    arrays = {name: getattr(frame, name).tolist() for name in (*READINGS, "path_open")}
    rest = {f.name: getattr(frame, f.name) for f in fields(frame) if f.name not in arrays}
    told = {
        name: dict(getattr(frame, name))
        for name in ("at_work", "remains", "answered", "stored_bit")
    }
    return {**arrays, **rest, **told, "faulty": list(frame.faulty)}


def frame_of(plain: dict[str, Any]) -> Telemetry:
    """Return the frame that `plain_frame` made plain."""
    arrays = {name: np.array(plain[name], dtype=np.float64) for name in READINGS}
    path_open = np.array(plain["path_open"], dtype=np.bool_)
    changed = {"path_open": path_open, "faulty": tuple(plain["faulty"]), "received": ()}
    return Telemetry(**{**plain, **arrays, **changed})
