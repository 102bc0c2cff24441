"""What ``moonstead size`` found, as tables and for machines."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from moonstead.environment.timescale import iso_utc
from moonstead.sizing.search import Design, Task
from moonstead.sizing.trade import SiteTrade
from moonstead.units import DAY_S, JULIAN_YEAR_S, KWH_J


def site_facts(trade: SiteTrade) -> dict[str, Any]:
    """Return what was found at a site, for ``--json``."""
    task, light = trade.task, trade.task.light
    best, solar = trade.best, trade.best_solar
    return {
        "site": light.name,
        "note": light.profiles[-1].note,
        "latitude_deg": light.profiles[-1].site.latitude_deg,
        "longitude_deg": light.profiles[-1].site.longitude_deg,
        "heights_m": list(light.heights_m),
        "longest_dark_d": [float(dark_s) / DAY_S for dark_s in light.longest_dark_s],
        "by_height": [
            None if design is None else design_facts(task, design) for design in trade.by_height
        ],
        "by_reactor": [design_facts(task, design) for design in trade.by_reactor],
        "best": design_facts(task, best),
        "best_solar": None if solar is None else design_facts(task, solar),
        "kernel": {
            "judged": trade.judged,
            "judged_otherwise": trade.judged_otherwise,
            "agrees": trade.kernel_agrees,
        },
    }


def design_facts(task: Task, design: Design) -> dict[str, Any]:
    """Return a design, for ``--json``."""
    year_s = design.deciding_year * JULIAN_YEAR_S
    return {
        "mast_height_m": design.height_m,
        "array_m2": design.area_m2,
        "array_kw": design.array_power_w / 1e3,
        "store": None if design.store is None else design.store.name,
        "store_kwh": design.rated_j / KWH_J,
        "reactor_kw": design.reactor_w / 1e3,
        "array_kg": design.array_kg,
        "mast_kg": design.masts_kg,
        "store_kg": design.store_kg,
        "reactor_kg": design.reactor_kg,
        "total_kg": design.total_kg,
        "failing": design.failing,
        "cases": design.cases,
        "deciding_start_utc": iso_utc(task.light.start_t_s + year_s),
    }


def print_trade(trade: SiteTrade) -> None:
    """Print the tables of a site."""
    task, light = trade.task, trade.task.light
    place = light.profiles[-1].site
    table = Table(
        title=f"{light.name}: {place.latitude_deg:.4f}, {place.longitude_deg:.4f} E\n"
        f"{task.load_w / 1e3:g} kW of survival load, starts in {task.years} years from "
        f"{iso_utc(light.start_t_s)[:10]},\n"
        f"at most {100.0 * task.risk:.3g} % of {trade.best.cases} cases fail",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
    )
    table.add_column("")
    headings = (
        "mast\nm", "array\nm2", "array\nkW", "store\nkWh", "reactor\nkW", "array\nkg", "mast\nkg",
        "store\nkg", "reactor\nkg", "total\nkg",
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading, justify="right")
    for height_m, design in zip(light.heights_m, trade.by_height, strict=True):
        _add(table, design, trade.best, f"{height_m:g}")
    table.add_section()
    for design in trade.by_reactor:
        if design.reactor_w > 0.0:
            _add(table, design, trade.best, f"{design.height_m:g}")
    console = Console()
    console.print(table)
    dark = ", ".join(
        f"{dark_s / DAY_S:.1f} d at {height_m:g} m"
        for height_m, dark_s in zip(light.heights_m, light.longest_dark_s, strict=True)
    )
    agrees = "agrees" if trade.kernel_agrees and not trade.judged_otherwise else "DISAGREES"
    store = trade.best.store
    lines = (
        f"Longest dark: {dark}. {_note(trade)}",
        f"Lightest (>): {trade.best.total_kg:.0f} kg"
        + (f", its store a {store.name}." if store else ", reactors alone."),
        f"The station's kernel {agrees}: it judged {trade.judged} cases nearest to the limit.",
    )
    for line in lines:
        console.print(line, highlight=False)
    console.print()


def _note(trade: SiteTrade) -> str:
    profile = trade.task.light.profiles[-1]
    if not profile.source:
        return f"Horizon: {profile.note}."
    places = {(one.site.latitude_deg, one.site.longitude_deg) for one in trade.task.light.profiles}
    if len(places) > 1:
        return "Each height stands at its own best-lit point of the site."
    return ""


def _add(table: Table, design: Design | None, best: Design, height: str) -> None:
    if design is None:
        table.add_row("", height, *(["-"] * 8), "none survives")
        return
    mark = ">" if design is best else ""
    table.add_row(
        mark,
        height if design.area_m2 > 0.0 else "-",
        f"{design.area_m2:.3g}",
        f"{design.array_power_w / 1e3:.3g}",
        f"{design.rated_j / KWH_J:.4g}",
        f"{design.reactor_w / 1e3:.3g}",
        f"{design.array_kg:.0f}",
        f"{design.masts_kg:.0f}",
        f"{design.store_kg:.0f}",
        f"{design.reactor_kg:.0f}",
        f"{design.total_kg:.0f}",
        style="bold" if mark else None,
    )
