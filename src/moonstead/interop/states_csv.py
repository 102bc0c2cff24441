"""States as a table of comma-separated values."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.trajectory import Trajectory
from moonstead.interop.ndm_epochs import epoch_texts

FloatArray = NDArray[np.float64]

COLUMNS = (
    "t_utc",
    "t_s",
    "x_m",
    "y_m",
    "z_m",
    "vx_m_per_s",
    "vy_m_per_s",
    "vz_m_per_s",
)


def states_csv_text(trajectory: Trajectory, t_s: FloatArray | None = None) -> str:
    """Write the states of a trajectory.

    Parameters
    ----------
    trajectory
        About the Moon's centre, in ICRF axes.
    t_s
        Epochs, TDB seconds past J2000, shape (n,); None for the trajectory's own.

    Returns
    -------
    str
        The columns `COLUMNS`: date in UTC, TDB seconds past J2000, position in m and velocity in
        m/s, all with the digits that bring every number back to the bit.

    Raises
    ------
    RangeError
        An epoch is outside the trajectory.
    """
    epochs = trajectory.t_s if t_s is None else np.asarray(t_s, dtype=np.float64)
    table = np.column_stack([epochs, *trajectory.state(epochs)])
    dates = epoch_texts(epochs, "UTC")
    rows = (
        f"{date}Z,{','.join(map(repr, row))}"
        for date, row in zip(dates, table.tolist(), strict=True)
    )
    return "\n".join([",".join(COLUMNS), *rows]) + "\n"


def write_states_csv(trajectory: Trajectory, path: Path, t_s: FloatArray | None = None) -> None:
    """Write a CSV file as `states_csv_text` does."""
    path.write_text(states_csv_text(trajectory, t_s), encoding="utf-8")
