"""The results of a run: what was computed, in numbers with their units in their names.

What the report and ``--json`` print; written into the run directory, so that neither needs
anything else.
"""

from collections import Counter
from typing import Any

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.model import Forecast, StationModel
from moonstead.contracts import FloatArray, Priority
from moonstead.environment.timescale import iso_utc
from moonstead.record.directory import RunDirectory
from moonstead.run.made import made_in_tanks_kg
from moonstead.run.people import people_summary
from moonstead.run.traffic import Traffic
from moonstead.run.traffic_summary import data_summary, network_summary
from moonstead.scenario.build import World
from moonstead.simulation.balance import balances
from moonstead.simulation.parts import all_loads
from moonstead.simulation.simulator import Simulator
from moonstead.units import HOUR_S, KWH_J


def summarise(
    world: World,
    model: StationModel,
    knowledge: Knowledge,
    simulator: Simulator,
    directory: RunDirectory,
    traffic: Traffic,
    operations: dict[str, Any],
) -> dict[str, Any]:
    """Return the results of a complete run, as plain JSON values."""
    plan = directory.plan()
    survival = _survival(model, knowledge, simulator, directory)
    checks = balances(world.station, simulator.begin, simulator.state, simulator.ledger)
    return {
        "scenario": world.scenario.name,
        "title": world.scenario.title,
        "site": _site(world),
        "survival": survival,
        "energy": _energy(simulator),
        "stores": _stores(simulator),
        "nodes": _nodes(simulator, directory),
        "data": data_summary(simulator, traffic),
        "network": network_summary(world, traffic),
        "people": {**people_summary(world, simulator, plan), "operations": operations},
        "tanks": _tanks(simulator),
        "elements": [
            {"name": e.name, "type": e.type, "partner": e.partner, "mass_kg": e.mass_kg}
            for e in world.scenario.element
        ],
        "partners": [
            {"name": p.name, "title": p.title, "role": p.role} for p in world.scenario.partner
        ],
        "ground_stations": [
            {"name": station.name, "title": station.title, "partner": spec.partner}
            for station, spec in zip(
                world.ground_stations, world.scenario.ground_station, strict=True
            )
        ],
        "experiments": _experiments(world, simulator, plan, traffic.deliveries.sums["arrived_bit"]),
        "planning": _planning(directory),
        "balances": [
            {
                "carrier": check.carrier,
                "place": check.place,
                "unit": check.unit,
                "in": check.came_in,
                "out": check.went_out,
                "kept": check.kept,
                "relative_residual": check.residual,
            }
            for check in checks
        ],
        "balances_close": all(check.closes for check in checks),
    }


def _site(world: World) -> dict[str, Any]:
    site = world.profile.site
    return {
        "name": site.name,
        "latitude_deg": site.latitude_deg,
        "longitude_deg": site.longitude_deg,
        "ground_elevation_m": site.ground_elevation_m,
        "mast_height_m": site.height_m,
        "frame": "MOON_ME_DE440_ME421",
    }


def _survival(
    model: StationModel, knowledge: Knowledge, simulator: Simulator, directory: RunDirectory
) -> dict[str, Any]:
    """Return the numbers that decide whether the design survives."""
    series = directory.series()
    margin = series.read("margin_fraction")
    mode = series.read("mode")
    forecast = model.forecast
    # The forecast looks beyond the run; what is told is of the run.
    in_run = int(np.ceil(len(mode) * simulator.dt_s / forecast.slot_s))
    capacity_j = forecast.capacity_j[:in_run]
    # What darkness takes, even where it is more than the stores can hold.
    curve_j, lacking_j = knowledge.reserve
    reserve_j = (curve_j[:-1] + lacking_j)[: len(capacity_j)]
    # Stores come and go: the worst is where the reserve is most of what they hold at the time.
    worst = int((reserve_j / np.maximum(capacity_j, 1.0)).argmax())
    unserved_j = _survival_unserved_j(simulator)
    lacked_s = float(simulator.ledger.work_lacked_s[simulator.bodies].sum())
    lost = [
        name
        for name, is_lost in zip(
            simulator.station.names.nodes, simulator.state.node_lost, strict=True
        )
        if is_lost
    ]
    step_h = simulator.dt_s / HOUR_S
    return {
        "survives": not lost and unserved_j == 0.0 and lacked_s == 0.0,
        "crew_lacked_h": lacked_s / HOUR_S,
        "elements_lost": lost,
        "survival_power_w": float(forecast.survival_power_w[:in_run].max()),
        "survival_power_changes": _changes(forecast, "power_w", forecast.survival_power_w[:in_run]),
        "base_power_changes": _changes(forecast, "power_w", forecast.base_power_w[:in_run]),
        "survival_unserved_kwh": unserved_j / KWH_J,
        "worst_reserve_kwh": float(reserve_j[worst]) / KWH_J,
        "worst_reserve_utc": iso_utc(forecast.start_t_s + worst * forecast.slot_s),
        "deliverable_capacity_kwh": float(capacity_j[worst]) / KWH_J,
        "deliverable_capacity_changes": _changes(forecast, "capacity_kwh", capacity_j / KWH_J),
        "least_margin_fraction": float(margin.min()),
        "hours_in_mode": {step.name.lower(): float((mode == step).sum() * step_h) for step in Mode},
    }


def _changes(forecast: Forecast, key: str, values: FloatArray) -> list[dict[str, Any]]:
    """Return the values of slots that are not those of the slot before, and from when they hold."""
    firsts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0.0)
    return [
        {
            "from_utc": iso_utc(forecast.start_t_s + int(slot) * forecast.slot_s),
            key: float(values[slot]),
        }
        for slot in firsts
    ]


def _survival_unserved_j(simulator: Simulator) -> float:
    is_survival = simulator.station.network.load_priority == Priority.SURVIVAL
    return float(simulator.ledger.load_unserved_j[is_survival].sum())


def _energy(simulator: Simulator) -> dict[str, Any]:
    names, ledger = simulator.station.names, simulator.ledger
    links = {link.name: link for link in simulator.station.parts.links}
    delivered_kwh = {
        name: float(energy_j) / KWH_J
        for name, energy_j in zip(names.links, ledger.link_delivered_j, strict=True)
    }
    return {
        "sources": {
            name: {
                "drawn_kwh": float(ledger.source_drawn_j[i]) / KWH_J,
                "spilled_kwh": float(ledger.source_spilled_j[i]) / KWH_J,
                "health_fraction": float(simulator.state.source_health[i]),
                "bus": simulator.station.parts.sources[i].bus,
            }
            for i, name in enumerate(names.sources)
        },
        "loads": {
            load.name: {
                "used_kwh": float(ledger.load_used_j[i]) / KWH_J,
                "unserved_kwh": float(ledger.load_unserved_j[i]) / KWH_J,
                "running_h": float(ledger.load_running_s[i]) / HOUR_S,
                "priority": int(load.priority),
                "bus": load.bus,
                "is_link": load.name in links,
                "fed_bus": links[load.name].to_bus if load.name in links else "",
                "link_delivered_kwh": delivered_kwh.get(load.name, 0.0),
            }
            for i, load in enumerate(all_loads(simulator.station.parts))
        },
    }


def _stores(simulator: Simulator) -> dict[str, Any]:
    names, ledger, network = simulator.station.names, simulator.ledger, simulator.station.network
    return {
        name: {
            "rated_kwh": float(network.store_rated_j[i]) / KWH_J,
            "capacity_end_kwh": float(simulator.state.store_capacity_j[i]) / KWH_J,
            "charged_kwh": float(ledger.store_charged_j[i]) / KWH_J,
            "discharged_kwh": float(ledger.store_discharged_j[i]) / KWH_J,
            "loss_kwh": float(ledger.store_loss_j[i]) / KWH_J,
            "begin_kwh": float(simulator.begin.store_energy_j[i]) / KWH_J,
            "end_kwh": float(simulator.state.store_energy_j[i]) / KWH_J,
            "floor_fraction": float(network.store_floor_fraction[i]),
            "bus": simulator.station.parts.stores[i].bus,
        }
        for i, name in enumerate(names.stores)
    }


def _nodes(simulator: Simulator, directory: RunDirectory) -> dict[str, Any]:
    temperature_k = directory.series().read("node_temperature_k")
    return {
        name: {
            "min_k": float(temperature_k[i].min()),
            "max_k": float(temperature_k[i].max()),
            "mean_k": float(temperature_k[i].mean(dtype=np.float64)),
            "survival_min_k": float(simulator.station.network.node_survival_min_k[i]),
            "lost": bool(simulator.state.node_lost[i]),
        }
        for i, name in enumerate(simulator.station.names.nodes)
    }


def _planning(directory: RunDirectory) -> dict[str, Any]:
    """Return how often no plan that holds was found at once, and what was wrong most often."""
    troubles = Counter(e["text"] for e in directory.events() if e["kind"] == "plan-trouble")
    most_often = troubles.most_common(1)
    return {
        "troubles": troubles.total(),
        "most_often": most_often[0][0] if most_often else "",
    }


def _tanks(simulator: Simulator) -> dict[str, Any]:
    made_kg = made_in_tanks_kg(simulator.station, simulator.ledger)
    return {
        tank.name: {
            "commodity": tank.commodity,
            "filled_kg": float(simulator.ledger.tank_in_kg[t]),
            "made_kg": float(made_kg[t]),
            "drawn_kg": float(simulator.ledger.tank_out_kg[t]),
            "lost_kg": float(simulator.ledger.tank_lost_kg[t]),
            "brought_kg": float(
                simulator.ledger.tank_brought_kg[t] - simulator.ledger.tank_taken_kg[t]
            ),
            "end_kg": float(simulator.state.tank_kg[t]),
            "capacity_kg": tank.capacity_kg,
        }
        for t, tank in enumerate(simulator.station.parts.tanks)
    }


def _experiments(
    world: World, simulator: Simulator, plan: list[dict[str, Any]], arrived_bit: FloatArray
) -> list[dict[str, Any]]:
    """Return what became of each experiment.

    Data of an element that serves several experiments is shared by their hours.
    """
    hours: dict[str, float] = {}
    counts: dict[tuple[str, str], int] = {}
    reasons: dict[str, dict[str, int]] = {}
    points: dict[str, float] = {}
    values = {
        (spec.name, way): value
        for spec in world.scenario.experiment
        for way, value in [("", spec.value), *((o.name, o.value) for o in spec.option)]
    }
    for row in plan:
        name, status = row["experiment"], row["status"]
        if status in {"done", "given-up"}:
            sign = 1.0 if status == "done" else -1.0
            points[name] = points.get(name, 0.0) + sign * values.get((name, row["way"]), 0.0)
        counts[name, status] = counts.get((name, status), 0) + 1
        if status in {"done", "aborted"}:
            length_h = (row["end_t_s"] - row["start_t_s"]) / HOUR_S
            hours[name] = hours.get(name, 0.0) + length_h
        if status in {"left-out", "skipped", "aborted"}:
            told = reasons.setdefault(name, {})
            told[row["reason"]] = told.get(row["reason"], 0) + 1
    elements = {element.name: element for element in world.scenario.element}
    by_element: dict[str, float] = {}
    for spec in world.scenario.experiment:
        by_element[spec.element] = by_element.get(spec.element, 0.0) + hours.get(spec.name, 0.0)
    return [
        {
            "name": spec.name,
            "title": spec.title,
            "partner": spec.partner,
            "element": spec.element,
            "kind": spec.kind,
            "sessions_wanted": spec.sessions,
            "sessions_done": counts.get((spec.name, "done"), 0)
            - counts.get((spec.name, "given-up"), 0),
            "sessions_given_up": counts.get((spec.name, "given-up"), 0),
            "sessions_aborted": counts.get((spec.name, "aborted"), 0),
            "sessions_skipped": counts.get((spec.name, "skipped"), 0),
            "hours": hours.get(spec.name, 0.0),
            "value": points.get(spec.name, 0.0),
            "delivered_gbit": _gbit(simulator, elements[spec.element].activity_loads(), arrived_bit)
            * (
                hours.get(spec.name, 0.0) / by_element[spec.element]
                if by_element[spec.element]
                else 0.0
            ),
            "reasons": dict(sorted(reasons.get(spec.name, {}).items())),
        }
        for spec in world.scenario.experiment
    ]


def _gbit(simulator: Simulator, loads: tuple[str, ...], by_load_bit: FloatArray) -> float:
    places = [simulator.station.names.loads.index(load) for load in loads]
    return float(by_load_bit[places].sum()) / 1e9
