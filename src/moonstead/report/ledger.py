"""The energy ledger: what each bus and store took in and gave out, and whether it closes."""

from dataclasses import dataclass
from typing import Any

from moonstead.report import words
from moonstead.report.story import Story
from moonstead.units import KWH_J


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ledger."""

    name: str
    energy_kwh: float
    fraction: float
    """Of its side."""


@dataclass(frozen=True, slots=True)
class BusLedger:
    """Both sides of one bus."""

    name: str
    came_in: tuple[Line, ...]
    went_out: tuple[Line, ...]
    in_kwh: float
    out_kwh: float
    residual_kwh: float
    relative_residual: float


@dataclass(frozen=True, slots=True)
class StoreLedger:
    """What one store did."""

    name: str
    bus: str
    rated_kwh: float
    begin_kwh: float
    charged_kwh: float
    discharged_kwh: float
    loss_kwh: float
    end_kwh: float
    fade_fraction: float
    relative_residual: float


@dataclass(frozen=True, slots=True)
class Closing:
    """Whether every balance of every carrier closes."""

    close: bool
    count: int
    carriers: str
    worst_residual: float
    worst_place: str


def buses(story: Story) -> tuple[BusLedger, ...]:
    """Return the ledger of every bus of electric power."""
    checks = [b for b in story.summary["balances"] if b["carrier"] == "electric power"]
    return tuple(_bus(story, check) for check in checks)


def _bus(story: Story, check: dict[str, Any]) -> BusLedger:
    bus, energy = check["place"], story.summary["energy"]
    stores = {n: s for n, s in story.summary["stores"].items() if s["bus"] == bus}
    came_in = {
        f"from {name}": source["drawn_kwh"]
        for name, source in energy["sources"].items()
        if source["bus"] == bus
    }
    came_in |= {
        f"through {name}": load["link_delivered_kwh"]
        for name, load in energy["loads"].items()
        if load["fed_bus"] == bus
    }
    came_in |= {f"out of {name}": store["discharged_kwh"] for name, store in stores.items()}
    went_out: dict[str, float] = {}
    for load in sorted(energy["loads"].values(), key=lambda load: load["priority"]):
        if load["bus"] == bus and not load["is_link"]:
            key = f"{words.of_class(load['priority'])} loads"
            went_out[key] = went_out.get(key, 0.0) + load["used_kwh"]
    went_out |= {
        f"into {name}, to bus {load['fed_bus']}": load["used_kwh"]
        for name, load in energy["loads"].items()
        if load["bus"] == bus and load["is_link"]
    }
    went_out |= {f"into {name}": store["charged_kwh"] for name, store in stores.items()}
    in_kwh, out_kwh = sum(came_in.values()), sum(went_out.values())
    return BusLedger(
        name=bus,
        came_in=_lines(came_in, in_kwh),
        went_out=_lines(went_out, out_kwh),
        in_kwh=in_kwh,
        out_kwh=out_kwh,
        residual_kwh=(check["in"] - check["out"] - check["kept"]) / KWH_J,
        relative_residual=check["relative_residual"],
    )


def _lines(side: dict[str, float], total_kwh: float) -> tuple[Line, ...]:
    return tuple(
        Line(name, kwh, kwh / total_kwh if total_kwh else 0.0) for name, kwh in side.items()
    )


def stores(story: Story) -> tuple[StoreLedger, ...]:
    """Return the ledger of every store."""
    residuals = {
        b["place"]: b["relative_residual"]
        for b in story.summary["balances"]
        if b["carrier"] == "stored energy"
    }
    return tuple(
        StoreLedger(
            name=name,
            bus=store["bus"],
            rated_kwh=store["rated_kwh"],
            begin_kwh=store["begin_kwh"],
            charged_kwh=store["charged_kwh"],
            discharged_kwh=store["discharged_kwh"],
            loss_kwh=store["loss_kwh"],
            end_kwh=store["end_kwh"],
            fade_fraction=1.0 - store["capacity_end_kwh"] / store["rated_kwh"],
            relative_residual=residuals[name],
        )
        for name, store in story.summary["stores"].items()
    )


def closing(story: Story) -> Closing:
    """Return how well every balance of the run closes."""
    checks = story.summary["balances"]
    worst = max(checks, key=lambda check: check["relative_residual"], default=None)
    return Closing(
        close=story.summary["balances_close"],
        count=len(checks),
        carriers=words.listed(list(dict.fromkeys(check["carrier"] for check in checks))),
        worst_residual=worst["relative_residual"] if worst else 0.0,
        worst_place=f"{worst['carrier']} of {worst['place']}" if worst else "",
    )
