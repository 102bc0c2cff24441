"""A body that is followed over a map beside Sun and Earth, such as a relay."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.illumination.tracks import track_view
from moonstead.environment.profile import FloatArray
from moonstead.environment.sweep.horizons import HorizonMap


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A body's way over the Moon.

    Parameters
    ----------
    words
        What it is, for the notes of layers.
    position_m
        Shape (n, 3), from the Moon's centre in MOON_ME, at even steps; see `track_view`.
    step_s
        Between two positions.
    mask_deg
        Least elevation at which it counts.
    """

    words: str
    position_m: FloatArray
    step_s: float
    mask_deg: float

    def told(self) -> dict[str, Any]:
        """Return what tells one way from another, for JSON."""
        digest = hashlib.sha256(np.ascontiguousarray(self.position_m).tobytes()).hexdigest()
        return {
            "words": self.words,
            "positions_sha256": digest,
            "step_s": self.step_s,
            "mask_deg": self.mask_deg,
        }


def relay_layers(horizons: HorizonMap, relay: Followed) -> dict[str, NDArray[np.float32]]:
    """Return the layers of the group ``relay`` of `APART`, by name."""
    view = track_view(horizons, relay.position_m, relay.step_s, mask_deg=relay.mask_deg)
    return {
        "relay_fraction": view.any_fraction,
        "longest_relay_contact_h": view.longest_presence_h,
        "longest_relay_absence_h": view.longest_absence_h,
    }
