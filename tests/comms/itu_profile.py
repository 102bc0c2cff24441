"""Path 4 of the ITU's validation examples for the delta-Bullington method, thinned.

Every 50 m where the ground is near a line of sight (the first 3 km, the last 2 km and the hills),
which decides the equivalent edge; of the low ground between, only some points.
"""

import numpy as np
from numpy.typing import NDArray

_START = (
    *(720, 720, 717, 719, 716, 719, 720, 720, 719, 719, 713, 719, 709, 716, 706, 706, 703, 703),
    *(703, 708, 708, 703, 703, 695, 691, 675, 675, 681, 681, 688, 688, 698, 701, 721, 721, 746),
    *(746, 738, 738, 738, 739, 739, 750, 750, 769, 771, 778, 778, 775, 775, 750, 752, 728, 732),
    *(717, 717, 727, 727, 708, 704, 704),
)
_MIDDLE_KM = (
    *(11.85, 12, 12.1, 12.25, 12.5, 12.55, 15, 15.2, 18, 20, 22, 24.5),
    *(26, 26.35, 26.4, 27.5, 27.8, 27.9, 28, 28.1, 28.2, 28.25, 28.5, 28.9),
    *(29.5, 30.4, 31.5, 33, 35, 36, 37, 38, 38.5, 38.9),
)
_MIDDLE = (
    *(850, 858, 859, 860, 865, 865, 772, 805, 651, 647, 629, 806),
    *(833, 923, 923, 920, 1011, 1024, 1052, 1093, 1110, 1105, 1025, 1058),
    *(963, 949, 681, 686, 823, 1009, 859, 787, 780, 881),
)
_END = (
    *(949, 949, 1015, 1015, 1015, 1070, 1070, 1069, 1092, 1092, 1109, 1097, 1097, 1107, 1107),
    *(1108, 1126, 1115, 1132, 1157, 1157, 1235, 1235, 1235, 1293, 1293, 1347, 1347, 1383, 1404),
    *(1408, 1408),
)
RADIUS_M = 8500e3

# Antennas over ground (m), frequency (MHz), and the ITU's loss over the terrain (dB).
CASES = (
    ((30.0, 30.0), 1000.0, 7.8709851352),
    ((50.0, 10.0), 2500.0, 0.0),
    ((20.0, 20.0), 600.0, 15.30876397),
    ((40.0, 50.0), 200.0, 6.526730443),
    ((70.0, 5.0), 150.0, 0.0),
)


def profile() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distance along the path and height of the ground, m."""
    start = np.arange(len(_START)) * 50.0
    end = np.append(39.0e3 + np.arange(len(_END) - 1) * 50.0, 40_511.12702)
    along = np.concatenate([start, 1e3 * np.array(_MIDDLE_KM), end])
    return along, np.array([*_START, *_MIDDLE, *_END], dtype=np.float64)
