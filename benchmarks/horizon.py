"""Horizons of a whole map: Moonstead beside the tools of the field, in one run.

    python benchmarks/setup_peers.py            # once: the peers, in a place of their own
    python benchmarks/horizon.py --azimuths 36 --out results.json
    python benchmarks/write_page.py results.json --out docs/benchmarks.md

The same terrain and azimuths for all; each tool in its own process. Errors are against a ray march
in double precision (truth.py) over the surface that the tool itself assumes: a plane, Earth's
curvature, or the Moon's sphere. Missing peers are named, with the way to get them. Quote the
ratios, not the seconds.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import terrain
from judge import judged, ratios
from peers.contract import MISSING, Job, write_job
from table import TITLES, missing_of, ratios_of, row_of

HERE = Path(__file__).resolve().parent
PEERS_VENV = HERE.parent / "build" / "peers"
SAMPLE_SEED = 11
GRACE = 4.0  # a peer may take this many times its budget, sampling and start included
START_S = 300.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool with settings: its module in ``peers``, further arguments, and how to get it."""

    module: str
    arguments: tuple[str, ...] = ()
    how: str = "python benchmarks/setup_peers.py"


OURS = {"moonstead": Entry("ours", how="pip install -e .")}
PEERS = {
    "topocalc": Entry("topocalc"),
    "grass": Entry("grass", how="apt-get install grass-core (setup_peers.py --apt)"),
    "horayzon-coarse": Entry("horayzon", ("0.25",)),
    "horayzon-fine": Entry("horayzon", ("0.05",)),
    "embree": Entry("embree"),
    "rvt": Entry("rvt"),
}


def main() -> None:
    given = arguments()
    chosen = {"all": list(PEERS), "none": []}.get(given.peers, given.peers.split(","))
    unknown = sorted(set(chosen) - set(PEERS))
    if unknown:
        sys.exit(f"unknown peers {', '.join(unknown)}; known: {', '.join(PEERS)}, all, none")
    ground = (
        terrain.from_file(given.terrain, given.size)
        if given.terrain
        else terrain.synthetic(given.size)
    )
    entries = OURS | {name: PEERS[name] for name in chosen}
    report: dict[str, Any] = {"machine": machine(), "moonstead": source(), "runs": []}
    report |= {"missing": [], "ratios": []}
    for count in given.azimuths:
        runs: list[dict[str, Any]] = []
        about = {"terrain": ground.name, "azimuths": count}
        for name, entry in entries.items():
            print(f"{ground.name}, {count} azimuths: {name}", file=sys.stderr, flush=True)
            told = measure(ground, count, entry, given)
            if isinstance(told, str):
                report["missing"].append({"name": name, **about, "reason": told, "how": entry.how})
            else:
                runs.append({"name": name, "ground": ground.words, **about, **told})
        report["runs"] += runs
        if runs and runs[0]["name"] in OURS:
            peers = [run for run in runs[1:] if not run["nearsighted"]]
            report["ratios"].append(about | ratios(runs[0], peers))
    report["machine"]["load_average_at_end"] = os.getloadavg()[0]
    if given.out:
        given.out.write_text(json.dumps(report, indent=1) + "\n")
    show(report)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", default="all", help=f"all, none, or of {','.join(PEERS)}")
    parser.add_argument("--azimuths", type=int, nargs="+", default=[36])
    parser.add_argument("--terrain", type=Path, help="south polar map; default: synthetic")
    parser.add_argument("--size", type=int, default=1000, help="pixels a side of the centre crop")
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds a tool and count")
    parser.add_argument("--peers-venv", type=Path, default=PEERS_VENV)
    parser.add_argument("--out", type=Path, help="write the results as JSON")
    given = parser.parse_args()
    if given.terrain and not given.terrain.exists():
        parser.error(f"--terrain: no file {given.terrain}")
    return given


def measure(
    ground: terrain.Terrain, count: int, entry: Entry, given: argparse.Namespace
) -> dict[str, Any] | str:
    """Run one tool in its process; return what it did, or why it did not."""
    own = entry in OURS.values()
    # Not resolved: a venv's python is a link, and only by the link's place is it the venv's.
    python = Path(sys.executable) if own else given.peers_venv.absolute() / "bin" / "python"
    if entry.module == "grass":
        python = Path(sys.executable)
    if not python.exists():
        return f"no Python at {given.peers_venv}"
    rng = np.random.default_rng(SAMPLE_SEED)
    rows, cols = (rng.integers(0, length, given.samples) for length in ground.heights_m.shape)
    with tempfile.TemporaryDirectory() as folder:
        job = Job(
            folder=Path(folder),
            heights_m=ground.heights_m.astype(np.float64),
            pixel_m=ground.pixel_m,
            left_m=ground.left_m,
            top_m=ground.top_m,
            azimuths_deg=np.linspace(0.0, 360.0, count, endpoint=False),
            rows=rows,
            cols=cols,
            directions=rng.integers(0, count, given.samples),
            repeats=given.repeats,
            budget_s=given.budget,
        )
        write_job(job)
        command = [str(python), "-m", f"peers.{entry.module}", folder, *entry.arguments]
        failure = run(command, GRACE * given.budget + START_S)
        if failure is not None:
            return failure
        told = json.loads((job.folder / "answer.json").read_text())
        with np.load(job.folder / "answer.npz") as arrays:
            told["errors"] = judged(job, told, arrays["elevation_deg"], arrays["azimuth_deg"])
    told["rate_per_s"] = told["pixel_azimuths"] / told["seconds"]
    told["scaled"] = told["pixel_azimuths"] < job.pixel_azimuths
    told["whole_s"] = job.pixel_azimuths / told["rate_per_s"]
    told["cores"] = told["cpu_seconds"] / told["seconds"]
    return dict(told)


def run(command: list[str], limit_s: float) -> str | None:
    """Run a tool to its end; return why it failed, or nothing."""
    process = subprocess.Popen(
        command,
        cwd=HERE,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, complaint = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the session that was started for it alone
        process.communicate()
        return f"did not end in {limit_s:.0f} s"
    if process.returncode == 0:
        return None
    last = complaint.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
    return last[0] if process.returncode == MISSING else f"failed: {last[0]}"


def machine() -> dict[str, Any]:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
        "load_average_at_start": os.getloadavg()[0],
    }


def source() -> dict[str, str]:
    from moonstead.version import VERSION

    asked = ["git", "-C", str(HERE), "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return {"version": VERSION, "commit": done.stdout.strip() or "unknown"}


def show(report: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    sheet = Table("azimuths", *TITLES)
    for run in report["runs"]:
        sheet.add_row(str(run["azimuths"]), *row_of(run))
    console = Console(width=150)
    console.print(sheet)
    console.print("M/s: million pixel-azimuths a second; errors in degrees; ~: scaled from a part")
    for about in report["ratios"]:
        for line in ratios_of(about):
            console.print(f"{about['azimuths']} azimuths: {line}")
    for line in dict.fromkeys(missing_of(gap) for gap in report["missing"]):
        console.print(line)


if __name__ == "__main__":
    main()
