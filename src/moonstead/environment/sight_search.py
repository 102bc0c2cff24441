"""When a line of sight is free: the search, as kernels.

A condition is a function of time that is positive while it holds, and no steeper than a bound that
is known at each epoch. So the search may step over all time in which the bound allows no change of
sign; where the function is too near to zero for that, steps are a small angle or length, and each
approach to zero between three steps is followed to its extreme. So a short pass is found wherever
the function bends no more than once between two fine steps.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled, compiled_without_counting
from moonstead.environment.line_of_sight import ORBITING, Line, draw_line, look, margin

FloatArray = NDArray[np.float64]

SHARE_OF_BOUND = 0.95
SHORTEST_STEP_S = 0.05
ROOT_S = 1e-4
MOST_HALVINGS = 60
GOLDEN = 0.381_966_011_250_105


@compiled
def search(condition: int, line: Line, windows_t_s: FloatArray) -> FloatArray:
    """Return when a condition holds within given windows.

    Parameters
    ----------
    condition
        As in `line_of_sight`.
    line
        The two ends.
    windows_t_s
        Shape (n, 2), in order and apart.

    Returns
    -------
    ndarray of shape (m, 2)
        In order and apart; ends are within `ROOT_S`, or ends of windows.
    """
    found, roots = np.empty(64), np.empty(2)
    count = 0
    for window in range(windows_t_s.shape[0]):
        start_t_s, end_t_s = windows_t_s[window, 0], windows_t_s[window, 1]
        found = _with_room(found, count)
        value, safe_s, rate, fine_s = margin(condition, line, start_t_s)
        if value >= 0.0:
            found[count] = start_t_s
            count += 1
        before_t_s, before = start_t_s, value
        t_s, ahead = start_t_s, value
        while True:
            # The last look back is from the end itself.
            at_end = t_s >= end_t_s
            step_s = max(SHARE_OF_BOUND * safe_s, fine_s, SHORTEST_STEP_S)
            next_t_s = min(t_s + step_s, end_t_s)
            ahead_rate = rate
            if not at_end:
                ahead, safe_s, ahead_rate, fine_s = margin(condition, line, next_t_s)
            found = _with_room(found, count)
            if (value >= 0.0) != (ahead >= 0.0):
                found[count] = _root(condition, line, t_s, next_t_s, value, ahead)
                count += 1
            elif (
                _may_cross(t_s - before_t_s, before, value, max(rate, ahead_rate))
                or _may_cross(next_t_s - t_s, value, ahead, max(rate, ahead_rate))
            ) and (
                _turns_back(before, value, ahead)
                and _touched(condition, line, before_t_s, next_t_s, value, roots)
            ):
                found[count], found[count + 1] = roots[0], roots[1]
                count += 2
            if at_end:
                break
            before_t_s, before = t_s, value
            t_s, value, rate = next_t_s, ahead, ahead_rate
        if value >= 0.0:
            found[count] = end_t_s
            count += 1
    intervals_t_s = np.empty((count // 2, 2))
    for k in range(count):
        intervals_t_s[k // 2, k % 2] = found[k]
    return intervals_t_s


@compiled
def _with_room(found: FloatArray, count: int) -> FloatArray:
    """Return the array, or a longer one where it cannot hold four more."""
    if count + 4 <= found.shape[0]:
        return found
    longer = np.empty(2 * found.shape[0])
    for k in range(count):
        longer[k] = found[k]
    return longer


@compiled_without_counting
def _may_cross(step_s: float, before: float, after: float, rate: float) -> bool:
    """Say whether there may be a zero between two values of one sign."""
    return abs(before) + abs(after) <= rate * step_s


@compiled_without_counting
def _turns_back(before: float, value: float, ahead: float) -> bool:
    """Say whether the middle one of three values is on the same side and nearest to zero."""
    side = 1.0 if value >= 0.0 else -1.0
    return bool(
        side * before >= 0.0
        and side * ahead >= 0.0
        and side * value <= side * before
        and side * value <= side * ahead
    )


@compiled_without_counting
def _touched(
    condition: int, line: Line, low_t_s: float, high_t_s: float, value: float, roots: FloatArray
) -> bool:
    """Follow an approach to zero to its extreme; where it crosses, write both roots."""
    side = 1.0 if value >= 0.0 else -1.0
    low, high = low_t_s, high_t_s
    t_1, t_2 = low + GOLDEN * (high - low), high - GOLDEN * (high - low)
    f_1 = side * margin(condition, line, t_1)[0]
    f_2 = side * margin(condition, line, t_2)[0]
    while min(f_1, f_2) >= 0.0 and high - low > ROOT_S:
        first = f_1 < f_2
        if first:
            high, t_2, f_2 = t_2, t_1, f_1
            t_1 = low + GOLDEN * (high - low)
        else:
            low, t_1, f_1 = t_1, t_2, f_2
            t_2 = high - GOLDEN * (high - low)
        new = side * margin(condition, line, t_1 if first else t_2)[0]
        if first:
            f_1 = new
        else:
            f_2 = new
    extreme_t_s, extreme = (t_1, f_1) if f_1 < f_2 else (t_2, f_2)
    if extreme >= 0.0:
        return False
    roots[0] = _root(condition, line, low_t_s, extreme_t_s, value, side * extreme)
    roots[1] = _root(condition, line, extreme_t_s, high_t_s, side * extreme, value)
    return True


@compiled_without_counting
def _root(
    condition: int, line: Line, low_t_s: float, high_t_s: float, low: float, high: float
) -> float:
    """Return where the sign changes, by Ridders' method (IEEE Trans. Circuits Syst. 26:979).

    Of the values at both ends only the signs must be right.
    """
    side = 1.0 if high >= low else -1.0
    low, high = side * low, side * high
    best_t_s = low_t_s
    for _ in range(MOST_HALVINGS):
        if high_t_s - low_t_s <= ROOT_S:
            break
        middle_t_s = 0.5 * (low_t_s + high_t_s)
        middle = side * margin(condition, line, middle_t_s)[0]
        slope = sqrt(middle * middle - low * high)
        if slope == 0.0:
            return middle_t_s
        new_t_s = middle_t_s - (middle_t_s - low_t_s) * middle / slope
        if abs(new_t_s - best_t_s) <= ROOT_S:
            return new_t_s
        best_t_s = new_t_s
        new = side * margin(condition, line, new_t_s)[0]
        if middle < 0.0:
            low_t_s, low = middle_t_s, middle
        else:
            high_t_s, high = middle_t_s, middle
        if new < 0.0:
            low_t_s, low = max(new_t_s, low_t_s), new
        else:
            high_t_s, high = min(new_t_s, high_t_s), new
    return 0.5 * (low_t_s + high_t_s)


@compiled
def look_angles(line: Line, t_s: FloatArray) -> FloatArray:
    """Return range (m), and azimuth and elevation (rad) at the sender and at the receiver, (n, 5).

    Angles at an orbiter are not a number.
    """
    seen = np.full((t_s.shape[0], 5), np.nan)
    for i in range(t_s.shape[0]):
        range_m = draw_line(line, t_s[i])
        seen[i, 0] = range_m
        for side in range(2):
            at_sender = side == 0
            end = line.sender if at_sender else line.receiver
            if end.kind != ORBITING:
                azimuth, elevation = look(line, at_sender, t_s[i], range_m)
                seen[i, 1 + 2 * side], seen[i, 2 + 2 * side] = azimuth, elevation
    return seen
