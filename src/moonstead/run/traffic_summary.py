"""What became of the data of a run, in numbers with their units in their names."""

from typing import Any

import numpy as np

from moonstead.elements.orbital_module import OrbitalModule
from moonstead.environment.timescale import iso_utc
from moonstead.run.traffic import Traffic
from moonstead.scenario.build import World
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.surroundings import run_grid
from moonstead.simulation.simulator import Simulator
from moonstead.units import HOUR_S, JULIAN_YEAR_S


def data_summary(simulator: Simulator, traffic: Traffic) -> dict[str, Any]:
    """Return what each load made, and where it is now."""
    names, ledger, network = simulator.station.names, simulator.ledger, simulator.station.network
    sums = traffic.deliveries.sums
    under_way_bit = traffic.courier.waiting_by_load(len(names.loads))
    made = sorted(network.data_load[network.data_rate_bit_per_s > 0.0])
    return {
        "loads": {
            names.loads[i]: {
                "made_gbit": float(ledger.load_made_bit[i]) / 1e9,
                "lost_gbit": float(ledger.load_lost_bit[i]) / 1e9,
                "given_up_gbit": float(ledger.load_deleted_bit[i]) / 1e9,
                "sent_gbit": float(ledger.load_delivered_bit[i]) / 1e9,
                "delivered_gbit": float(sums["arrived_bit"][i]) / 1e9,
                "lost_on_the_way_gbit": float(sums["lost_bit"][i]) / 1e9,
                "on_the_way_gbit": float(under_way_bit[i]) / 1e9,
                "waiting_gbit": float(simulator.state.load_queue_bit[i]) / 1e9,
            }
            for i in made
        },
        "transmitters": {
            name: {
                "sent_gbit": float(ledger.transmitter_sent_bit[k]) / 1e9,
                "path": names.paths[int(network.transmitter_path[k])],
            }
            for k, name in enumerate(names.transmitters)
        },
        "recorder_capacity_gbit": float(network.recorder_capacity_bit.sum()) / 1e9,
    }


def network_summary(world: World, traffic: Traffic) -> dict[str, Any]:
    """Return who got how much of whose data through whose ground stations, and how soon."""
    through_bit = traffic.deliveries.sums["through_bit"]
    number = {name: k for k, name in enumerate(traffic.network.plan.nodes)}
    owners = {
        station.name: given.partner
        for station, given in zip(world.ground_stations, world.scenario.ground_station, strict=True)
    }
    grid = run_grid(world)
    last_t_s = grid.start_t_s + grid.run_count * grid.step_s
    served_s = dict.fromkeys(owners, 0.0)
    for service in traffic.network.services:  # those of the forecast, after the run, do not count
        served_s[service.station] += max(min(service.end_t_s, last_t_s) - service.start_t_s, 0.0)
    modules = {e.name for e in orbiters_of(world.scenario) if isinstance(e, OrbitalModule)}
    carriers = {path: traffic.network.carriers.get(path) for path in traffic.network.stretches}
    return {
        "paths": {
            path: {"carrier": carrier, "is_of_station": carrier not in modules}
            for path, carrier in carriers.items()
        },
        "partners": {
            partner: {
                "arrived_gbit": float(through_bit[k].sum()) / 1e9,
                "through_gbit": {
                    owner: sum(
                        float(through_bit[k, number[name]])
                        for name, holder in owners.items()
                        if holder == owner
                    )
                    / 1e9
                    for owner in traffic.partners
                },
                "latency": traffic.deliveries.latency(k),
            }
            for k, partner in enumerate(traffic.partners)
        },
        "surface_links": {
            contact.element: {
                "range_m": contact.path.range_m,
                "visible": contact.path.visible,
                "obstruction_db": contact.path.obstruction_db,
                "rate_bit_per_s": contact.rate_bit_per_s,
                "uplink_rate_bit_per_s": contact.uplink_rate_bit_per_s,
            }
            for contact in world.surface_contacts
        },
        "propellant": _propellant(world, traffic.simulator),
        "commands_on_the_way": traffic.uplink.on_the_way,
        "ground_stations": {
            name: {
                "partner": owner,
                "received_gbit": float(np.sum(through_bit[:, number[name]])) / 1e9,
                "booked_h": served_s[name] / HOUR_S,
            }
            for name, owner in owners.items()
        },
    }


def _propellant(world: World, simulator: Simulator) -> dict[str, Any]:
    """Return what orbiters hold to keep their orbits, and until when it lasts."""
    names, grid = simulator.station.names, run_grid(world)
    end_t_s = grid.start_t_s + grid.run_count * grid.step_s
    found = {}
    for element in orbiters_of(world.scenario):
        if element.upkeep is None:
            continue
        per_s = element.upkeep.kg_per_s(element.mass_kg)
        left_kg = float(simulator.state.tank_kg[names.tanks.index(f"{element.name}.propellant")])
        engine = names.work.index(f"{element.name}.engine")
        lacked_s = float(simulator.ledger.work_lacked_s[engine])
        ends_t_s = end_t_s - lacked_s if lacked_s > 0.0 else end_t_s + left_kg / per_s
        found[element.name] = {
            "left_kg": left_kg,
            "burnt_kg_per_year": per_s * JULIAN_YEAR_S,
            "lasts_until_utc": iso_utc(ends_t_s),
            "ran_out": lacked_s > 0.0,
        }
    return found
