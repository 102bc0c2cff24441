"""Arc functions in single precision, of arithmetic alone, so that loops of them vectorise."""

import numpy as np

from moonstead.compiled import inlined


@inlined
def arctangent(t: np.float32) -> np.float32:
    """Return the arc tangent within 2e-7; Abramowitz and Stegun 4.4.49."""
    one = np.float32(1.0)
    a = abs(t)
    z = one / a if a > one else a
    s = z * z
    p = np.float32(0.0028662257)
    p = p * s + np.float32(-0.0161657367)
    p = p * s + np.float32(0.0429096138)
    p = p * s + np.float32(-0.0752896400)
    p = p * s + np.float32(0.1065626393)
    p = p * s + np.float32(-0.1420889944)
    p = p * s + np.float32(0.1999355085)
    p = p * s + np.float32(-0.3333314528)
    p = (p * s + one) * z
    p = np.float32(0.5 * np.pi) - p if a > one else p
    return p if t >= np.float32(0.0) else -p


@inlined
def arcsine(x: np.float32) -> np.float32:
    """Return the arc sine within 5e-7, of -1 to 1."""
    one = np.float32(1.0)
    square = (one - x) * (one + x)
    return arctangent(x / np.sqrt(square if square > np.float32(1e-12) else np.float32(1e-12)))
