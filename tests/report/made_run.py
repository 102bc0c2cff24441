"""Run directories made by hand, small and odd, through the record package."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.record.directory import RunDirectory
from moonstead.record.layout import Layout

KWH_J = 3.6e6
START = datetime(2035, 3, 1, tzinfo=UTC)
START_T_S = 1109592069.18
SINGLE = (
    "mode",
    "margin_fraction",
    "reserve_j",
    "sun_azimuth_deg",
    "sun_elevation_deg",
    "sun_fraction",
    "eclipse_fraction",
    "earth_elevation_deg",
    "earth_fraction",
    "network_bit",
)


@dataclass
class Made:
    """What a made run is like."""

    hours: float = 48.0
    step_s: float = 600.0
    sun: str = "half"
    """always, never or half (the first half of every day)"""
    sources: tuple[str, ...] = ("array",)
    source_w: float = 2000.0
    stores: tuple[str, ...] = ("battery",)
    experiments: bool = True
    paths: tuple[str, ...] = ("direct",)
    tank: bool = True
    second_bus: bool = False
    lost: tuple[str, ...] = ()
    mode: int = 0
    module_paths: tuple[str, ...] = ()
    """Those of the paths that are of modules in orbit."""
    late_from: int = 0
    """Step at which ``late``, with its lamp, is commissioned; 0 for a station without it."""
    unserved_j: float = 0.0
    values: dict[str, Any] = field(default_factory=dict)
    """Replaces keys of the summary."""

    @property
    def n_steps(self) -> int:
        return round(self.hours * 3600.0 / self.step_s)


def make_run(path: Path, made: Made) -> RunDirectory:
    """Write a complete run directory."""
    directory = RunDirectory(path)
    directory.begin(_provenance(made))
    series, channels = _series(made)
    layout = Layout(
        channels=channels,
        start_utc=f"{START:%Y-%m-%dT%H:%M:%SZ}",
        start_t_s=START_T_S,
        step_s=made.step_s,
        n_steps=made.n_steps,
        block_steps=made.n_steps,
    )
    writer = directory.writer(layout)
    directory.create_series(writer)
    writer.write(0, series)
    directory.write_tables(0, _events(made), _plan(made))
    directory.finish({**_summary(made, series), **made.values})
    return directory


def _provenance(made: Made) -> dict[str, Any]:
    end = START + timedelta(seconds=made.n_steps * made.step_s)
    return {
        "moonstead": "0.1.0",
        "code_sha256": "ef" * 32,
        "python": "3.11.0",
        "numba": "0.60.0",
        "numpy": "2.0.0",
        "scenario": "# <made> by hand & for tests\nformat = 1\n",
        "scenario_name": "made",
        "scenario_sha256": "ab" * 32,
        "seed": 7,
        "start_utc": f"{START:%Y-%m-%dT%H:%M:%SZ}",
        "end_utc": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "step_s": made.step_s,
        "steps": made.n_steps,
        "kernels": {"kernel.bsp": "cd" * 32},
        "terrain": {},
        "terrain_products": {},
    }


def _sun(made: Made) -> np.ndarray:
    n = np.arange(made.n_steps)
    if made.sun == "half":
        return ((n * made.step_s) % 86400.0 < 43200.0).astype(float)
    return np.full(made.n_steps, 1.0 if made.sun == "always" else 0.0)


def _series(made: Made) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, ...]]]:
    n, sun = made.n_steps, _sun(made)
    loads = ("hub.computer", "hub.science", *(("rover.charger",) if made.second_bus else ()))
    power = [np.full(n, 500.0), 300.0 * sun, *([np.full(n, 50.0)] if made.second_bus else [])]
    if made.late_from:
        loads += ("late.lamp",)
        power.append(np.where(np.arange(n) >= made.late_from, 200.0 * sun, 0.0))
    sources = [made.source_w * sun for _ in made.sources]
    energy = [np.linspace(9.0, 6.0, n) * KWH_J for _ in made.stores]
    reserve_j = np.linspace(4.0, 2.0, n) * KWH_J
    channels = {
        "source_power_w": made.sources,
        "source_spilled_w": made.sources,
        "load_power_w": loads,
        "store_energy_j": made.stores,
        "node_temperature_k": ("hub", "seismometer"),
        "recorder_bit": ("hub.recorder",) if made.paths else (),
        "tank_kg": ("plant.tank",) if made.tank else (),
        "transmitter_bit_per_s": tuple(f"hub.radio-{path}" for path in made.paths),
        "contact_rate_bit_per_s": made.paths,
        "arrived_bit_per_s": ("one",),
        **dict.fromkeys(SINGLE, ()),
    }
    series = {name: np.zeros(n) for name in SINGLE}
    series["sun_fraction"], series["earth_fraction"] = sun, 1.0 - sun
    series["reserve_j"] = reserve_j
    series["margin_fraction"] = np.linspace(0.5, 0.2, n)
    series["mode"] = np.where(sun > 0.0, 0, made.mode)
    series["source_power_w"] = _stacked(sources, n)
    series["source_spilled_w"] = _stacked([0.1 * s for s in sources], n)
    series["load_power_w"] = _stacked(power, n)
    series["store_energy_j"] = _stacked(energy, n)
    series["node_temperature_k"] = _stacked([np.full(n, 290.0), np.linspace(260.0, 220.0, n)], n)
    series["recorder_bit"] = _stacked([np.linspace(0.0, 1e9, n)] if made.paths else [], n)
    series["tank_kg"] = _stacked([np.linspace(0.0, 5.0, n)] if made.tank else [], n)
    series["contact_rate_bit_per_s"] = _stacked([1e6 * (1.0 - sun) for _ in made.paths], n)
    series["transmitter_bit_per_s"] = _stacked([1e5 * (1.0 - sun) for _ in made.paths], n)
    series["arrived_bit_per_s"] = series["transmitter_bit_per_s"].sum(axis=0)[np.newaxis, :]
    return series, {name: channels[name] for name in sorted(channels)}


def _stacked(rows: list[np.ndarray], n: int) -> np.ndarray:
    return np.array(rows) if rows else np.zeros((0, n))


def _events(made: Made) -> list[dict[str, Any]]:
    events = []
    if made.late_from:
        text = "late is assembled and works"
        events.append(_event(made, made.late_from, "truth", "commissioned", "late", text, {}))
    for name in made.lost:
        text = f"{name} fell to 215 K, below what it survives, and is lost"
        events.append(_event(made, 30, "truth", "element-lost", name, text, {}))
    if made.unserved_j:
        for step in range(31, 34):
            text = "hub.computer did not get the power it needs to survive"
            value = {"unserved_j": made.unserved_j / 3.0}
            events.append(
                _event(made, step, "truth", "survival-unserved", "hub.computer", text, value)
            )
    return events


def _event(
    made: Made, step: int, origin: str, kind: str, subject: str, text: str, values: dict[str, float]
) -> dict[str, Any]:
    return {
        "t_s": START_T_S + min(step, made.n_steps) * made.step_s,
        "origin": origin,
        "kind": kind,
        "subject": subject,
        "text": text,
        "values": json.dumps(values),
    }


def _plan(made: Made) -> list[dict[str, Any]]:
    if not made.experiments:
        return []
    rows = []
    for status, reason, t in (
        ("started", "", 0.0),
        ("done", "", 6 * 3600.0),
        ("started", "", 7 * 3600.0),
        ("aborted", "mode reduced", 8 * 3600.0),
        ("left-out", "energy is needed for the reserve", 9 * 3600.0),
        ("started", "", 20 * 3600.0),
    ):
        activity = "listen-1" if t <= 6 * 3600.0 else "listen-2" if t < 9 * 3600.0 else "listen-3"
        begin = {"listen-1": 0.0, "listen-2": 7 * 3600.0}.get(activity, 20 * 3600.0)
        rows.append(
            {
                "t_s": START_T_S + t,
                "activity": "" if status == "left-out" else activity,
                "experiment": "listen",
                "start_t_s": START_T_S + begin,
                "end_t_s": START_T_S + max(t, begin),
                "status": status,
                "reason": reason,
            }
        )
    return rows


def _summary(made: Made, series: dict[str, np.ndarray]) -> dict[str, Any]:
    step_kwh = made.step_s / KWH_J
    source_kwh = series["source_power_w"].sum(axis=1) * step_kwh
    load_kwh = series["load_power_w"].sum(axis=1) * step_kwh
    in_kwh = float(source_kwh.sum()) + len(made.stores)
    out_kwh = float(load_kwh.sum()) + 0.5 * len(made.stores)
    capacity_kwh = 10.0 * len(made.stores)
    below = np.bincount(series["mode"].astype(int), minlength=4) * made.step_s / 3600.0
    return {
        "scenario": "made",
        "title": "A <made> station & more",
        "site": {
            "name": "ridge",
            "latitude_deg": -89.5,
            "longitude_deg": 200.0,
            "ground_elevation_m": 1900.0,
            "mast_height_m": 2.0,
            "frame": "MOON_ME_DE440_ME421",
        },
        "survival": {
            "survives": not made.lost and not made.unserved_j,
            "elements_lost": list(made.lost),
            "survival_power_w": 500.0,
            "survival_unserved_kwh": made.unserved_j / KWH_J,
            "worst_reserve_kwh": 4.0,
            "worst_reserve_utc": "2035-03-01T00:00:00Z",
            "deliverable_capacity_kwh": capacity_kwh,
            **changes(survival_w=500.0, base_w=650.0, capacity_kwh=capacity_kwh),
            "least_margin_fraction": 0.2,
            "hours_in_mode": dict(
                zip(("nominal", "trim", "reduced", "survival"), below.tolist(), strict=True)
            ),
        },
        "energy": {
            "sources": {
                name: {
                    "drawn_kwh": float(kwh),
                    "spilled_kwh": 0.1 * float(kwh),
                    "health_fraction": 1.0,
                    "bus": "main",
                }
                for name, kwh in zip(made.sources, source_kwh, strict=True)
            },
            "loads": _loads(made, load_kwh),
        },
        "stores": {
            name: {
                "rated_kwh": 12.0,
                "capacity_end_kwh": 11.9,
                "charged_kwh": 0.5,
                "discharged_kwh": 1.0,
                "loss_kwh": 2.5,
                "begin_kwh": 9.0,
                "end_kwh": 6.0,
                "floor_fraction": 0.1,
                "bus": "main",
            }
            for name in made.stores
        },
        "nodes": {
            name: {
                "min_k": low,
                "max_k": high,
                "mean_k": (low + high) / 2.0,
                "survival_min_k": 218.0,
                "lost": name in made.lost,
            }
            for name, low, high in (("hub", 290.0, 290.0), ("seismometer", 220.0, 260.0))
        },
        "data": _data(made),
        "network": _network(made),
        "people": {
            "offered_h": 20.0,
            "partners": {"one": {"used_h": 3.0, "from_centres_h": {"desk": 3.0}}},
            "centres": {
                "desk": {"title": "A desk", "partner": "one", "on_shift_h": 20.0, "used_h": 3.0}
            },
            "operations": {
                "commands": {
                    "one": {
                        "came_up": 7,
                        "accepted": 5,
                        "refused": 2,
                        "started": 5,
                        "not_started": 0,
                        "goes_on": 0,
                        "hindered": 0,
                        "completed": 4,
                        "not_completed": 1,
                    }
                },
                "work_h": {"one": {"planning_h": 8.0, "triage_h": 3.5, "live_h": 0.0}},
                "anomalies": 2,
                "without_plan_h": 6.0,
            },
        },
        "tanks": {
            "plant.tank": {
                "commodity": "oxygen",
                "made_kg": 5.0,
                "end_kg": 5.0,
                "capacity_kg": 5.0,
            }
        }
        if made.tank
        else {},
        "elements": [
            {"name": "hub", "type": "lander_hub", "partner": "one", "mass_kg": 1000.0},
            {"name": "seismometer", "type": "instrument", "partner": "one", "mass_kg": 10.0},
        ],
        "partners": [{"name": "one", "title": "First partner", "role": "founder"}],
        "ground_stations": [{"name": "dish", "title": "A dish", "partner": "one"}]
        if made.paths
        else [],
        "experiments": _experiments() if made.experiments else [],
        "planning": {"troubles": 3, "most_often": "the planner gave no answer"},
        "balances": [
            _balance("electric power", "main", in_kwh * KWH_J, out_kwh * KWH_J, 1.25e-12),
            *(_balance("stored energy", name, 1.0, 1.0, 3.5e-13) for name in made.stores),
            *([_balance("electric power", "rover", 1.0, 1.0, 0.0)] if made.second_bus else []),
        ],
        "balances_close": True,
    }


def changes(survival_w: float, base_w: float, capacity_kwh: float, day: int = 1) -> dict[str, Any]:
    """Return what the station takes and can give standing still, from a day of March on."""
    start = f"2035-03-{day:02d}T00:00:00Z"
    return {
        "survival_power_changes": [{"from_utc": start, "power_w": survival_w}],
        "base_power_changes": [{"from_utc": start, "power_w": base_w}],
        "deliverable_capacity_changes": [{"from_utc": start, "capacity_kwh": capacity_kwh}],
    }


def _balance(carrier: str, place: str, came_in: float, out: float, residual: float) -> dict:
    return {
        "carrier": carrier,
        "place": place,
        "unit": "J",
        "in": came_in,
        "out": out,
        "kept": 0.0,
        "relative_residual": residual,
    }


def _loads(made: Made, load_kwh: np.ndarray) -> dict[str, Any]:
    found = {}
    rows = [("hub.computer", 1, "", "main"), ("hub.science", 5, "", "main")]
    if made.second_bus:
        rows.append(("rover.charger", 3, "rover", "main"))
    if made.late_from:
        rows.append(("late.lamp", 5, "", "main"))
    for (name, priority, fed, bus), kwh in zip(rows, load_kwh, strict=True):
        found[name] = {
            "used_kwh": float(kwh),
            "unserved_kwh": 0.0,
            "running_h": made.hours,
            "priority": priority,
            "bus": bus,
            "is_link": bool(fed),
            "fed_bus": fed,
            "link_delivered_kwh": 0.9 * float(kwh) if fed else 0.0,
        }
    return found


def _data(made: Made) -> dict[str, Any]:
    loads = {
        "hub.science": {
            "made_gbit": 3.0,
            "lost_gbit": 0.25,
            "given_up_gbit": 0.125,
            "waiting_gbit": 0.375,
            "sent_gbit": 2.25,
            "delivered_gbit": 1.75,
            "lost_on_the_way_gbit": 0.125,
            "on_the_way_gbit": 0.375,
        }
    }
    return {
        "loads": loads if made.paths else {},
        "transmitters": {
            f"hub.radio-{path}": {"sent_gbit": 1.75, "path": path} for path in made.paths
        },
        "recorder_capacity_gbit": 2.0 if made.paths else 0.0,
    }


def _network(made: Made) -> dict[str, Any]:
    return {
        "commands_on_the_way": [],
        "paths": {
            path: {"carrier": None, "is_of_station": path not in made.module_paths}
            for path in made.paths
        },
        "partners": {
            "one": {
                "arrived_gbit": 1.75,
                "through_gbit": {"one": 1.75},
                "latency": {"median_s": 4.0, "p95_s": 7200.0, "mean_s": 900.0, "slowest_s": 9000.0},
            }
        },
        "ground_stations": {
            "dish": {"partner": "one", "received_gbit": 1.75, "booked_h": 12.0},
        }
        if made.paths
        else {},
    }


def _experiments() -> list[dict[str, Any]]:
    return [
        {
            "name": "listen",
            "title": "Listening <to> quakes",
            "partner": "one",
            "element": "seismometer",
            "kind": "exploration",
            "sessions_wanted": 4,
            "sessions_done": 1,
            "sessions_aborted": 1,
            "sessions_skipped": 0,
            "sessions_given_up": 0,
            "hours": 7.0,
            "value": 3.0,
            "delivered_gbit": 1.75,
            "reasons": {"energy is needed for the reserve": 1, "mode reduced": 1},
        }
    ]
