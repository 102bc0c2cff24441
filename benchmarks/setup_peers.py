"""Install the peers of the horizon and station benchmarks, away from Moonstead's own packages.

python benchmarks/setup_peers.py [--venv build/peers] [--apt]

Without --apt nothing outside the given folder is touched; GRASS GIS is then left to the user.
"""

import argparse
import shutil
import subprocess
import sys
import venv
from pathlib import Path

VENV = Path(__file__).resolve().parent.parent / "build" / "peers"

# topocalc's build needs numpy and Cython beforehand; rvt-py asks for GDAL's headers through
# rasterio, which the part used here does not import.
STEPS = [
    ["numpy", "cython", "scipy", "setuptools", "setuptools-scm", "wheel"],
    ["embreex", "horayzon-extpar"],
    ["simpy"],
    ["py_trees==2.6.0"],
    ["brahe==1.8.0"],
    ["aiodtnsim==0.3.1", "pydtnsim==0.1.1", "networkx<3"],
    ["--no-build-isolation", "topocalc"],
    ["--no-deps", "rvt-py"],
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, default=VENV)
    parser.add_argument("--apt", action="store_true", help="also apt-get install grass-core")
    given = parser.parse_args()
    venv.create(given.venv, with_pip=True)
    failed = [step for step in STEPS if not pip(given.venv, step)]
    if shutil.which("grass") is None:
        command = ["apt-get", "install", "--yes", "--no-install-recommends", "grass-core"]
        if given.apt:
            subprocess.run(command, check=True)
        else:
            print(f"GRASS GIS is not here; as root: {' '.join(command)}")
    for step in failed:
        print(f"not installed: {' '.join(step)}", file=sys.stderr)


def pip(folder: Path, packages: list[str]) -> bool:
    command = [str(folder / "bin" / "pip"), "install", "--quiet", *packages]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    main()
