"""GRASS GIS r.horizon, from the shell as its users run it.

r.horizon refuses a location without a projection and always lets terrain sink as on Earth
(6371 km); its angles go anticlockwise from East.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from peers.contract import Facts, Floats, Timer, answer, by_azimuth, missing, read_job

PROJECTED = "EPSG:32633"  # any location in metres will do
STEP = 1.0  # r.horizon's own default of samples, in cells


def main() -> None:
    program = shutil.which("grass")
    if program is None:
        missing("GRASS GIS is not installed")
        return
    job = read_job()
    rows, cols = job.heights_m.shape
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(program, Path(folder))
        binary = Path(folder) / "heights.bin"
        with Timer() as prepared:
            binary.write_bytes(job.heights_m.astype(np.float32).tobytes())
            edges = [
                f"north={rows * job.pixel_m}",
                "south=0",
                f"east={cols * job.pixel_m}",
                "west=0",
            ]
            size = [f"rows={rows}", f"cols={cols}"]
            source = [f"input={binary}", "output=heights", "bytes=4"]
            run(session, "r.in.bin", "-f", *source, *edges, *size)
            run(session, "g.region", "raster=heights")

        def solve(direction: int) -> None:
            angle_deg = (90.0 - job.azimuths_deg[direction]) % 360.0
            given = [f"direction={angle_deg:.6f}", f"distance={STEP}", "output=horizon"]
            run(session, "r.horizon", "-d", "elevation=heights", *given, "--overwrite", "--quiet")

        def read(_: None) -> Floats:
            name = run(session, "g.list", "type=raster", "pattern=horizon*").split()[0]
            target = [f"output={binary}", "bytes=4", "--overwrite"]
            run(session, "r.out.bin", "-f", f"input={name}", *target)
            run(session, "g.remove", "-f", "type=raster", "pattern=horizon*")
            flat = np.fromfile(binary, dtype=np.float32)
            return flat.reshape(rows, cols).astype(np.float64)

        done = by_azimuth(job, solve, read, prepared.seconds)
    version = run(dict(os.environ), program, "--config", "version").strip()
    settings = f"distance={STEP:g}, through raster files"
    answer(Facts("GRASS r.horizon", version, "GPL-2.0+", settings, surface="earth"), done)


def open_session(program: str, folder: Path) -> dict[str, str]:
    """Make a location and return the environment in which GRASS modules run on their own.

    Through the ``grass`` command each call would pay for its start.
    """
    run(dict(os.environ), program, "-c", PROJECTED, str(folder / "location"), "-e")
    base = run(dict(os.environ), program, "--config", "path").strip()
    place = f"GISDBASE: {folder}\nLOCATION_NAME: location\nMAPSET: PERMANENT\nGUI: text\n"
    (folder / "gisrc").write_text(place)
    return os.environ | {
        "GISBASE": base,
        "GISRC": str(folder / "gisrc"),
        "PATH": f"{base}/bin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": f"{base}/lib",
    }


def run(environment: dict[str, str], *command: str) -> str:
    program = shutil.which(command[0], path=environment["PATH"]) or command[0]
    done = subprocess.run(
        [program, *command[1:]], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


if __name__ == "__main__":
    main()
