"""What a layer comes to in numbers."""

from typing import Any

import numpy as np

from moonstead.environment.terrain.grid import places_of
from moonstead.maps.image import MapImage

_QUANTILES = (0.05, 0.5, 0.95)


def layer_summary(image: MapImage) -> dict[str, Any]:
    """Return the numbers of a layer for people and machines.

    Returns
    -------
    dict
        Its name, title, unit and note; pixels with and without data; least, greatest, mean and
        three quantiles, and where the greatest value lies (degrees); ``None`` without data.
    """
    known = np.isfinite(image.values)
    told: dict[str, Any] = {
        "name": image.name,
        "title": image.title,
        "unit": image.unit,
        "note": image.note,
        "pixels": int(image.values.size),
        "known": int(known.sum()),
    }
    numbers = image.values[known].astype(np.float64)
    if numbers.size == 0:
        return told | dict.fromkeys(("least", "greatest", "mean", "quantiles", "greatest_at"))
    best = int(np.argmax(np.where(known, image.values, -np.inf)))
    row, column = divmod(best, image.values.shape[1])
    place = places_of(image.crs, image.columns_rows, np.array([column]), np.array([row]))
    return told | {
        "least": float(numbers.min()),
        "greatest": float(numbers.max()),
        "mean": float(numbers.mean()),
        "quantiles": {str(q): float(np.quantile(numbers, q)) for q in _QUANTILES},
        "greatest_at": [float(place[0][0]), float(place[1][0]) % 360.0],
    }
