"""``moonstead size``: the least mass of power that survives the worst dark of many years."""

import json
from typing import TYPE_CHECKING, Any

import click

from moonstead.cli.options import FiniteRange
from moonstead.errors import InputError, Problem, RunError

if TYPE_CHECKING:
    from moonstead.environment.profile import HorizonProfile
    from moonstead.scenario.model import Scenario
    from moonstead.sizing.trade import SiteTrade

DEFAULT_SITES = ("connecting-ridge", "shackleton-rim", "flat:-70,0")
DEFAULT_LOAD = "6 kW"
FLAT = "flat:"
_FLAT_HEIGHTS_M = (2.0, 10.0)
_TERRAIN_HEIGHTS_M = (2.0, 5.0, 10.0, 20.0)


@click.command("size", context_settings={"ignore_unknown_options": True})
@click.argument("scenario", required=False)
@click.option(
    "--site", "sites", multiple=True, metavar="SITE",
    help=f"See below; repeat.  [default: {' '.join(DEFAULT_SITES)}]",
)  # fmt: skip
@click.option("--dem", "dems", multiple=True, metavar="FILE", help="Terrain of LAT,LON; repeat.")
@click.option(
    "--height", "heights_m", multiple=True, type=FiniteRange(0.5, 1000.0), metavar="M",
    help="Of the mast, for LAT,LON and flat ground; repeat.",
)  # fmt: skip
@click.option(
    "--load", metavar="POWER",
    help=f"Survival load.  [default: that of SCENARIO, else {DEFAULT_LOAD}]",
)  # fmt: skip
@click.option("--start", "start_utc", default="2035-01-01", show_default=True, metavar="UTC")
@click.option(
    "--years", type=click.IntRange(1, 200), default=19, show_default=True,
    help="Of starts; each is lived through for two years.",
)  # fmt: skip
@click.option(
    "--step-minutes", type=FiniteRange(1.0, 60.0), default=10.0, show_default=True,
    help="Of the light and of the kernel.",
)  # fmt: skip
@click.option(
    "--risk", type=FiniteRange(0.0, 1.0, max_open=True), default=0.05, show_default=True,
    help="Share of all cases, starts times draws, that may fail.",
)  # fmt: skip
@click.option(
    "--draws", type=click.IntRange(0, 10_000), default=200, show_default=True,
    help="Of failed strings and reactors, and of the load; 0 for none: all as planned.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the draws.")
@click.option(
    "--store", type=click.Choice(["lighter", "battery", "fuel-cell"]), default="lighter",
    show_default=True, help="What stores energy.",
)  # fmt: skip
@click.option(
    "--reactor-units", type=click.IntRange(0, 100), default=4, show_default=True,
    help="Over which reactor power is spread; 0 for sunlight alone.",
)  # fmt: skip
@click.option("--limit", "limit_kg", type=FiniteRange(0.0, min_open=True), metavar="KG",
              help="Fail where no design is lighter.")  # fmt: skip
@click.option(
    "--plot", default="size.png", show_default=True, metavar="FILE", help="Picture to write."
)
@click.option("--no-plot", is_flag=True, help="Write no picture.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def size(
    scenario: str | None,
    *,
    sites: tuple[str, ...],
    dems: tuple[str, ...],
    heights_m: tuple[float, ...],
    load: str | None,
    start_utc: str,
    years: int,
    step_minutes: float,
    risk: float,
    draws: int,
    seed: int,
    store: str,
    reactor_units: int,
    limit_kg: float | None,
    plot: str,
    no_plot: bool,
    as_json: bool,
) -> None:
    """Find the least mass of arrays, stores and reactors that survives the dark of many years.

    SCENARIO, a file or a name, gives site and survival load. SITE is a site that comes with
    Moonstead (connecting-ridge takes all mast heights it has, connecting-ridge-10m one), LAT,LON
    with --dem, or flat:LAT,LON for ground without terrain.

    The risk covers the year of the start, strings and reactors that fail, and a load that is larger
    than planned. It does not cover errors of the terrain, nor repair.
    """
    from moonstead.cli.dates import parse_date
    from moonstead.cli.site_plot import PICTURES
    from moonstead.cli.targets import target_file
    from moonstead.environment.ephemeris import load_ephemeris
    from moonstead.sizing.chances import Chances, drawn
    from moonstead.sizing.search import Task
    from moonstead.sizing.sunlight import light_of
    from moonstead.sizing.trade import NoDesignError, trade
    from moonstead.units import JULIAN_YEAR_S, MINUTE_S

    picture = None if no_plot else target_file(plot, "--plot", "a picture", PICTURES)
    spec = None if scenario is None else _scenario(scenario)
    chosen = _sites(sites, spec, scenario, dems, heights_m)
    load_w = _load_w(load, spec)
    start_t_s, step_s = parse_date(start_utc, "--start"), step_minutes * MINUTE_S
    grid = (start_t_s, step_s, round((years + 1) * JULIAN_YEAR_S / step_s))
    technology = _technology(store, reactor_units)
    ephemeris = load_ephemeris()
    chances = Chances(draws=draws, seed=seed)
    trades: list[SiteTrade] = []
    for name, profiles in chosen:
        _tell(f"{name}: {years + 1} years of light")
        task = Task(
            light=light_of(name, profiles, ephemeris, grid),
            load_w=load_w,
            years=years,
            risk=risk,
            draws=drawn(chances, max(reactor_units, 1)),
            technology=technology,
        )
        try:
            trades.append(trade(task, _tell))
        except NoDesignError as error:
            raise RunError(f"{name}: {error}") from None
    if picture is not None:
        from moonstead.cli.size_plot import plot_trades

        plot_trades(trades, picture)
    _print(trades, {"plot_file": None if picture is None else str(picture)}, as_json=as_json)
    _hold_to(trades, limit_kg)


def _print(trades: "list[SiteTrade]", found: dict[str, Any], *, as_json: bool) -> None:
    from dataclasses import asdict

    from moonstead.cli.size_tables import print_trade, site_facts
    from moonstead.environment.timescale import iso_utc

    task = trades[0].task
    if as_json:
        facts = {
            "load_w": task.load_w,
            "start_utc": iso_utc(task.light.start_t_s),
            "years": task.years,
            "step_s": task.light.step_s,
            "risk": task.risk,
            "draws": len(task.draws.load),
            "technology": asdict(task.technology),
            "sites": [site_facts(one) for one in trades],
            **found,
        }
        click.echo(json.dumps(facts, indent=1))
        return
    for one in trades:
        print_trade(one)
    if found["plot_file"] is not None:
        click.echo(f"Picture: {found['plot_file']}")


def _hold_to(trades: "list[SiteTrade]", limit_kg: float | None) -> None:
    """Fail where a site has no design below a limit, and say how far it is away."""
    heavy = [] if limit_kg is None else [one for one in trades if one.best.total_kg > limit_kg]
    if heavy:
        raise RunError("\n".join(
            f"{one.task.light.name}: nothing survives below {limit_kg:g} kg; the lightest weighs "
            f"{one.best.total_kg:.0f} kg, {one.best.total_kg - (limit_kg or 0.0):.0f} kg more "
            f"({one.best.store_kg:.0f} kg of it are stores)"
            for one in heavy
        ))  # fmt: skip


def _scenario(name: str) -> "Scenario":
    from moonstead.scenario.build import read_scenario
    from moonstead.scenario.examples import scenario_path

    return read_scenario(scenario_path(name))[0]


def _load_w(text: str | None, spec: "Scenario | None") -> float:
    from moonstead.components import joined
    from moonstead.sizing.survival import survival_power_w
    from moonstead.units import parse_quantity

    if text is None and spec is not None:
        parts = joined(element.all_parts() for element in spec.element)
        load_w = survival_power_w(parts, spec.hub.bus)
        if load_w == 0.0:
            remedy = "the scenario has no survival load; give one, such as --load '6 kW'"
            raise InputError(Problem("--load", "", "", remedy))
        return load_w
    try:
        load_w = parse_quantity(text or DEFAULT_LOAD, "W")
    except ValueError as error:
        raise InputError(Problem("--load", "", repr(text), str(error))) from None
    if load_w <= 0.0:
        raise InputError(Problem("--load", "", repr(text), "write a power above zero"))
    return load_w


def _technology(store: str, reactor_units: int) -> Any:
    from moonstead.sizing.technology import STORES, ReactorTechnology, Technology

    stores = tuple(STORES.values()) if store == "lighter" else (STORES[store],)
    reactor = ReactorTechnology(units=reactor_units) if reactor_units else None
    return Technology(stores=stores, reactor=reactor)


def _sites(
    names: tuple[str, ...],
    spec: "Scenario | None",
    scenario: str | None,
    dems: tuple[str, ...],
    heights_m: tuple[float, ...],
) -> "list[tuple[str, tuple[HorizonProfile, ...]]]":
    """Return the name and the horizons of every site."""
    from moonstead.cli.places import is_place
    from moonstead.sizing.sunlight import family_of, profiles_of

    if not names and spec is not None and scenario is not None:
        if spec.site.profile is None:
            return [(spec.name, (_own_profile(scenario),))]
        names = (family_of(spec.site.profile),)
    names = names or DEFAULT_SITES
    own = [name for name in names if is_place(name)]
    if heights_m and not own and not any(name.startswith(FLAT) for name in names):
        remedy = "a named site has its own heights; give LAT,LON with --dem, or flat:LAT,LON"
        raise InputError(Problem("--height", "", f"{heights_m[0]:g}", remedy))
    if bool(dems) != bool(own):
        remedy = (
            "no --site is LAT,LON; a named site has its own horizon"
            if dems
            else f"a place needs terrain: add --dem FILE, or write {FLAT}{own[0]} for flat ground"
        )
        raise InputError(Problem("--dem", "", dems[0] if dems else "", remedy))
    return [
        _on_terrain(name, dems, heights_m or _TERRAIN_HEIGHTS_M)
        if name in own
        else _on_flat_ground(name, heights_m or _FLAT_HEIGHTS_M)
        if name.startswith(FLAT)
        else (name, profiles_of(name))
        for name in names
    ]


def _on_terrain(
    name: str, dems: tuple[str, ...], heights_m: tuple[float, ...]
) -> "tuple[str, tuple[HorizonProfile, ...]]":
    from moonstead.cli.site_dem import place_of, stand_on

    profiles = []
    for height_m in sorted(set(heights_m)):
        place = place_of([name], height_m)
        if place is None:
            raise AssertionError("only places come here")
        profiles.append(stand_on(place, dems, None, None).profile)
    return profiles[0].site.name, tuple(profiles)


def _on_flat_ground(
    name: str, heights_m: tuple[float, ...]
) -> "tuple[str, tuple[HorizonProfile, ...]]":
    from moonstead.cli.places import parse_place
    from moonstead.sizing.sunlight import flat_profiles

    place = parse_place(name.removeprefix(FLAT), heights_m[0])
    profiles = flat_profiles(place.latitude_deg, place.longitude_deg, sorted(set(heights_m)))
    return profiles[0].site.name, profiles


def _own_profile(scenario: str) -> "HorizonProfile":
    from moonstead.scenario.build import build_world, read_scenario
    from moonstead.scenario.examples import scenario_path

    path = scenario_path(scenario)
    return build_world(*read_scenario(path), path).profile


def _tell(line: str) -> None:
    click.echo(line, err=True)
