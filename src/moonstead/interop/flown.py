"""Trajectories out of files: CCSDS OEM (KVN or XML) and SPK, told apart by their first bytes."""

from pathlib import Path

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem
from moonstead.interop.oem import read_oem
from moonstead.interop.oem_trajectory import trajectory_of
from moonstead.interop.spk import read_spk


def read_trajectory(path: Path, ephemeris: Ephemeris) -> Trajectory:
    """Read where something flew, or is to fly.

    Parameters
    ----------
    path
        An OEM or an SPK file.
    ephemeris
        For files that count from the Earth.

    Raises
    ------
    InputError
        The file cannot be read, is neither, or is wrong; with line or place and reason.
    """
    try:
        with path.open("rb") as stream:
            is_spk = stream.read(3) in {b"DAF", b"NAI"}
    except OSError as error:
        raise InputError(Problem(str(path), "", "", f"cannot be read: {error.strerror}")) from error
    if is_spk:
        return read_spk(path, ephemeris)
    return trajectory_of(read_oem(path), ephemeris)
