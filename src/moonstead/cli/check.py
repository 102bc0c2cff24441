"""``moonstead check``: whether a scenario is right, and what is in it."""

import json

import click


@click.command()
@click.argument("scenario")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def check(scenario: str, as_json: bool) -> None:
    """Check SCENARIO, a file or the name of a scenario that comes with Moonstead.

    Every mistake is told with its place, its value and what would be right. Terrain and kernels
    are opened, the station is compiled, orbiters are flown; nothing is run.
    """
    from moonstead.scenario.build import build_world, read_scenario
    from moonstead.scenario.examples import scenario_path
    from moonstead.scenario.flights import orbiters_of, trajectories
    from moonstead.scenario.surroundings import run_grid

    path = scenario_path(scenario)
    parsed, text = read_scenario(path)
    world = build_world(parsed, text, path)
    grid = run_grid(world)
    end_t_s = grid.start_t_s + grid.step_s * grid.run_count
    trajectories(parsed, path, world.ephemeris, grid.start_t_s, end_t_s)
    site = world.profile.site
    facts = {
        "scenario": parsed.name,
        "title": parsed.title,
        "start_utc": parsed.run.start.isoformat(),
        "end_utc": parsed.run.end.isoformat(),
        "steps": grid.run_count,
        "site": site.name,
        "latitude_deg": site.latitude_deg,
        "longitude_deg": site.longitude_deg,
        "mast_height_m": site.height_m,
        "partners": [partner.name for partner in parsed.partner],
        "elements": len(parsed.element),
        "landed_mass_kg": sum(e.mass_kg for e in parsed.element)
        - sum(e.mass_kg for e in orbiters_of(parsed)),
        "experiments": len(parsed.experiment),
        "ground_stations": [spec.station for spec in parsed.ground_station],
    }
    if as_json:
        click.echo(json.dumps(facts, indent=1))
        return
    click.echo(f"{path}: no mistakes")
    click.echo(f"  {parsed.title}")
    click.echo(
        f"  site {site.name}: {site.latitude_deg:.4f} deg, {site.longitude_deg:.4f} deg east, "
        f"mast {site.height_m:g} m"
    )
    click.echo(f"  {parsed.run.start:%Y-%m-%d %H:%M} to {parsed.run.end:%Y-%m-%d %H:%M} UTC")
    click.echo(
        f"  {len(parsed.element)} elements ({facts['landed_mass_kg']:g} kg landed) of "
        f"{len(parsed.partner)} partners, {len(parsed.experiment)} experiments, "
        f"{len(parsed.ground_station)} ground stations"
    )
