"""Links of a scenario: a relay's access by budget, lasers under clouds, radios over the ground."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenarios
from moonstead.comms.intervals import complement, duration_s, intersection, union
from moonstead.comms.link_codes import load_codes
from moonstead.comms.link_radios import load_radios
from moonstead.comms.outages import load_schedules, weather_outages
from moonstead.comms.surface_link import horizon_m
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.contact_network import ContactNetwork, contact_network_of
from moonstead.scenario.flights import trajectories
from moonstead.scenario.legs import site_icrf_m
from moonstead.units import DAY_S

START_T_S = from_utc("2035-03-01T00:00:00Z")
ACCESS = 'moon_radio = "queqiao-2-uhf"\nstation_radio = "rover-uhf"\n'
ROVER = """
[[element]]
type = "rover"
name = "rover"
partner = "cnsa"
mass_kg = 430
avionics_power_w = 50
drive_power_w = 250
payload_power_w = 80
payload_rate_bit_per_s = "200 kbit/s"
recorder = "hub"
battery_j = "5 kWh"
battery_power_w = 600
charger_power_w = 400
easting_m = {east}
northing_m = {north}
[element.surface_link]
radio = "{radio}"
hub_radio = "{hub}"
[element.thermal]
heat_capacity_j_per_k = 2.5e5
radiating_area_m2 = 4
emissivity = 0.06
survival_min_k = 233
heater_power_w = 100
"""


def relay(*extra: str, orbit: str = "elfo") -> str:
    """Return the relay of the scenarios alone, with more keys."""
    text = scenarios.ORBITERS.partition('\n[[element]]\ntype = "orbital_module"')[0]
    text = text.replace('catalogue = "elfo"', f'catalogue = "{orbit}"')
    return text.replace("[element.orbit]", "".join(extra) + "[element.orbit]", 1)


def rover(east: float, north: float, radio: str = "rover-uhf", hub: str = "station-uhf") -> str:
    return ROVER.format(east=east, north=north, radio=radio, hub=hub)


def built(folder: Path, *more: str, network: str = scenarios.NETWORK) -> World:
    path = folder / "links.toml"
    parts = (scenarios.SITE, scenarios.PARTNER, network, scenarios.HUB, scenarios.POWER, *more)
    path.write_text(scenarios.text(*parts))
    return build_world(*read_scenario(path), path)


def contacts(world: World, days: float = 3.0) -> tuple[ContactNetwork, Any]:
    end_t_s = START_T_S + days * DAY_S
    flights = trajectories(world.scenario, world.file, world.ephemeris, START_T_S, end_t_s)
    return contact_network_of(world, flights, START_T_S, 600.0, round(days * 144)), flights


def rows(network: ContactNetwork, source: str, destination: str) -> Any:
    """Return start, end, rate and light time of the contacts between two nodes, shape (n, 4)."""
    plan, number = network.plan, {name: k for k, name in enumerate(network.plan.nodes)}
    kept = (plan.source == number[source]) & (plan.destination == number[destination])
    columns = (plan.start_t_s, plan.end_t_s, plan.rate_bit_per_s, plan.owlt_s)
    return np.column_stack([column[kept] for column in columns])


def test_access_to_a_relay_follows_the_link_budget(tmp_path: Path) -> None:
    """Every rate keeps 3 dB by the radio equation written out here, and the next one does not."""
    world = built(tmp_path, relay(ACCESS))
    network, flights = contacts(world)
    found = rows(network, "station", "relay")
    sender = load_radios()["rover-uhf"]
    need_db = load_codes()[sender.code].required_ebn0_db + sender.implementation_loss_db
    rates = [rate for rate in sender.rates_bit_per_s if rate <= 1e6]
    assert set(found[:, 2]) <= set(rates)
    assert len(set(found[:, 2])) >= 2
    eirp_dbw = 10.0 * math.log10(sender.power_w or 0.0) - sender.line_loss_db

    def carrier_dbhz(t_s: float, hot_k: float) -> float:
        t = np.array([max(t_s, START_T_S)])
        apart_m = flights["relay"].state(t)[0].T - site_icrf_m(world, t)
        wave_m = 299_792_458.0 / 400e6
        space_db = 20.0 * math.log10(4.0 * math.pi * float(np.linalg.norm(apart_m)) / wave_m)
        noise_db = 10.0 * math.log10(1.380649e-23 * (250.0 + hot_k))
        return eirp_dbw + 18.0 - space_db - noise_db

    for start_t_s, end_t_s, rate, _ in found:
        ends_db = [carrier_dbhz(t, 0.0) for t in (start_t_s, end_t_s)]
        # With no Moon in the beam it is better by at most 4 dB than with the beam full of it.
        assert min(ends_db) - 10.0 * math.log10(rate) >= need_db + 3.0
        faster = [r for r in rates if r > rate]
        if faster:
            worst = min(carrier_dbhz(t, 230.0) for t in (start_t_s, end_t_s))
            spare_db = worst - 2.0 - 10.0 * math.log10(faster[0]) - need_db
            assert spare_db < 3.0
    # Views are the same as with a fixed rate, and rates change only within them.
    fixed = rows(contacts(built(tmp_path, relay()))[0], "station", "relay")
    assert set(fixed[:, 2]) == {1e6}
    assert duration_s(union(found[:, :2])) <= duration_s(fixed[:, :2]) + 1e-6
    assert (
        duration_s(
            intersection(
                union(found[:, :2]), complement(fixed[:, :2], START_T_S, START_T_S + 3 * DAY_S)
            )
        )
        < 1e-3
    )
    up = rows(network, "relay", "station")
    assert set(up[:, 2]) == {1000.0}  # of 1, 8 and 32 kbit/s at most what the scenario gives


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('moon_radio = "queqiao-2-uhf"\n', "moon_radio and station_radio go together"),
        (ACCESS.replace("rover-uhf", "station-x"), "sends in X"),
        (ACCESS.replace("rover-uhf", "rover-vhf"), 'did you mean "rover-uhf"'),
        ('earth_terminal = "llcd"\n', "either earth_radio or earth_terminal"),
    ],
)
def test_a_wrong_access_is_told_in_a_line(tmp_path: Path, keys: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as told:
        contacts(built(tmp_path, relay(keys)))
    assert len(told.value.problems) == 1


LASER = relay('earth_terminal = "llcd"\n').replace('earth_radio = "queqiao-2-ka"\n', "")
TELESCOPE = scenarios.NETWORK.replace(
    'station = "kashi"', 'station = "kashi"\nterminal = "llcd-ground"'
)


def test_a_laser_reaches_telescopes_under_a_clear_sky(tmp_path: Path) -> None:
    world = built(tmp_path, LASER.replace("100 Mbit/s", "1 Gbit/s"), network=TELESCOPE)
    network, _ = contacts(world, 20.0)
    assert len(rows(network, "relay", "neuquen")) == 0
    found = rows(network, "relay", "kashi")
    span = START_T_S, START_T_S + 20.0 * DAY_S
    clouds = weather_outages(load_schedules()["kashi"], "optical", *span, seed=3)
    assert duration_s(clouds) > 2.0 * DAY_S
    assert duration_s(intersection(union(found[:, :2]), clouds)) == 0.0
    assert set(found[:, 2]) <= {38.75e6, 77.5e6, 155e6, 311e6, 622e6}
    # LLCD carried 622 Mbit/s from the Moon to four 40 cm telescopes with some dB to spare.
    assert found[:, 2].max() == 622e6
    # Without clouds it would be served in most of its views.
    served_s = duration_s(union(found[:, :2]))
    assert 0.0 < served_s < 20.0 * DAY_S * 0.5
    other = replace(
        world,
        scenario=world.scenario.model_copy(
            update={"run": world.scenario.run.model_copy(update={"seed": 4})}
        ),
    )
    assert not np.array_equal(rows(contacts(other, 20.0)[0], "relay", "kashi"), found)
    np.testing.assert_array_equal(rows(contacts(world, 20.0)[0], "relay", "kashi"), found)


def test_a_laser_without_a_telescope_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reaches no telescope of the network"):
        contacts(built(tmp_path, LASER))
    with pytest.raises(InputError, match="no optical terminal has this name"):
        built(tmp_path, LASER, network=TELESCOPE.replace("llcd-ground", "llcd-grund"))


def test_a_rover_in_sight_has_the_rate_of_free_space(tmp_path: Path) -> None:
    """Close by nothing is in the way; the radio equation gives the rate."""
    world = built(tmp_path, rover(300.0, 400.0))
    (contact,) = world.surface_contacts
    assert contact.path.visible
    assert contact.path.range_m == pytest.approx(500.0, rel=1e-3)
    sender, receiver = load_radios()["rover-uhf"], load_radios()["station-uhf"]
    assert contact.rate_bit_per_s == max(sender.rates_bit_per_s)
    assert contact.uplink_rate_bit_per_s == max(receiver.rates_bit_per_s)
    network, _ = contacts(world)
    down, up = rows(network, "rover", "station"), rows(network, "station", "rover")
    assert down[:, 2].tolist() == [contact.rate_bit_per_s]
    assert up[:, 2].tolist() == [contact.uplink_rate_bit_per_s]
    assert down[0, 3] == pytest.approx(500.0 / 299_792_458.0, rel=1e-3)


def test_beyond_the_horizon_diffraction_takes_the_rate(tmp_path: Path) -> None:
    """Masts of 10 and 1.5 m see each other over 8.2 km of the smooth Moon."""
    far_m = horizon_m(10.0) + horizon_m(1.5)
    rates = []
    for away_m in (0.5 * far_m, 1.2 * far_m, 1.6 * far_m):
        (contact,) = built(tmp_path, rover(0.0, away_m)).surface_contacts
        assert contact.path.visible == (away_m < far_m)
        rates.append(contact.rate_bit_per_s)
    assert rates[0] > rates[1] >= rates[2] > 0.0
    assert contact.path.obstruction_db > 20.0


def test_a_link_slows_data_down_to_what_it_carries(tmp_path: Path) -> None:
    def payload(world: World) -> float:
        (load,) = (one for one in world.station.parts.loads if one.name == "rover.payload")
        return load.data_rate_bit_per_s

    assert payload(built(tmp_path, rover(300.0, 400.0))) == 200e3
    far = built(tmp_path, rover(0.0, 12_000.0))
    assert far.surface_contacts[0].rate_bit_per_s < 200e3
    assert payload(far) == pytest.approx(far.surface_contacts[0].rate_bit_per_s)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (rover(0.0, 60_000.0, "rover-x", "lander-x"), r"cannot close over 60\.\d km with .* dB of"),
        (rover(0.0, 0.0), "stands where the hub's antenna is"),
        (rover(0.0, 100.0, "rover-x"), "rover-x sends in X; name a receiver of that band"),
        (rover(0.0, 100.0, "rover-y"), "no radio has this name"),
        (rover(0.0, 100.0).replace("easting_m = 0.0\nnorthing_m = 100.0\n", ""), "is not known"),
        (rover(0.0, 100.0).replace('"rover"\npartner', '"kashi"\npartner'), "has this name"),
    ],
)
def test_a_wrong_link_over_the_ground_is_told_in_a_line(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as told:
        built(tmp_path, text)
    assert len(told.value.problems) == 1
