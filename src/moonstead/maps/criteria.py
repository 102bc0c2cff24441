"""What makes a site good, and how each matter is scaled to 0..1.

Every rule is a straight line between two values of one layer, 0 and 1 beyond them, so that a reader
can check a score by hand.
"""

from dataclasses import dataclass

import numpy as np

from moonstead.environment.profile import FloatArray

SHADOW_DISTANCE = "distance_to_shadow_m"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One matter that sites are judged by.

    Parameters
    ----------
    name
        As in the user's weights.
    layer
        What it is read from.
    unit
        Of the layer.
    at_zero, at_one
        Values of the layer that score 0 and 1.
    why
        Where the two come from.
    """

    name: str
    layer: str
    unit: str
    at_zero: float
    at_one: float
    why: str

    def scaled(self, values: FloatArray) -> FloatArray:
        """Return scores of values, 0 to 1; NaN where unknown."""
        score: FloatArray = np.clip(
            (values - self.at_zero) / (self.at_one - self.at_zero), 0.0, 1.0
        )
        return score

    @property
    def rule(self) -> str:
        """The rule in words."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.layer} from {self.at_zero:g}{unit} (0) to {self.at_one:g}{unit} (1)"


CRITERIA = {
    criterion.name: criterion
    for criterion in (
        Criterion("light", "sun_any_fraction", "1", 0.5, 1.0, "half the time is what any site has"),
        Criterion("disc", "sun_mean_fraction", "1", 0.5, 1.0, "as light, by the Sun's disc"),
        Criterion("dark", "longest_dark_h", "h", 354.4, 0.0, "half a synodic month: any night"),
        Criterion("earth", "earth_any_fraction", "1", 0.0, 1.0, "far side and near side"),
        Criterion("together", "sun_and_earth_fraction", "1", 0.0, 1.0, "of the time"),
        Criterion("slope", "slope_deg", "deg", 15.0, 0.0, "a usual limit of rovers"),
        Criterion("roughness", "roughness_m", "m", 1.0, 0.0, "a usual clearance under landers"),
        Criterion("shadow", SHADOW_DISTANCE, "m", 10e3, 0.0, "a day's drive there and back"),
    )
}
