"""The report of one run: a single self-contained HTML file, made from its record alone.

The same record gives the same bytes: nothing in it depends on the clock, on chance or on the
place of the run directory.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from moonstead.errors import RecordError
from moonstead.record.directory import RunDirectory
from moonstead.record.files import write_atomically
from moonstead.report import (
    communications,
    happenings,
    key_figures,
    ledger,
    light,
    operations,
    origin,
    science,
    traffic,
    warmth,
    words,
)
from moonstead.report.darkness import DarkSpell, deciding_spells
from moonstead.report.drawing.calendar import draw_calendar
from moonstead.report.drawing.communications import draw_communications
from moonstead.report.drawing.dark import draw_dark
from moonstead.report.drawing.power import MOST_STORES, draw_power
from moonstead.report.drawing.sessions import draw_sessions
from moonstead.report.drawing.style import house_style
from moonstead.report.drawing.traffic import draw_traffic
from moonstead.report.drawing.warmth import draw_warmth
from moonstead.report.power import read_power
from moonstead.report.story import ALWAYS_TOLD, MODES, Story, read_story
from moonstead.report.verdict import verdict


def write_report(directory: RunDirectory, out: Path | None = None) -> Path:
    """Write the report of a complete run.

    Parameters
    ----------
    directory
        The run.
    out
        File to write; ``report.html`` in the run directory if not given.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    RecordError
        The run is not complete, or its record is damaged or of another version.
    """
    page = render(read_story(directory))
    target = directory.path / "report.html" if out is None else out
    write_atomically(target, page.encode())
    return target


def render(story: Story) -> str:
    """Return the report as HTML.

    Raises
    ------
    RecordError
        The record is damaged or of another version.
    """
    try:
        with house_style():
            context = _context(story)
    except (KeyError, TypeError, AttributeError) as error:
        raise RecordError(
            f"{story.name}: the record of this run cannot be understood "
            f"({type(error).__name__}: {error}); it is damaged or of another version"
        ) from error
    return _template("report.html", **context)


def _context(story: Story) -> dict[str, Any]:
    """Return all that the page tells."""
    seen, power = light.read_light(story), read_power(story)
    dark = deciding_spells(story, seen, power)
    done, data = science.experiments(story), traffic.read_traffic(story)
    link = communications.read_communications(story)
    warm = warmth.warmths(story)
    closing = ledger.closing(story)
    return {
        "story": story,
        "words": words,
        "verdict": verdict(story, power, dark, done),
        "deciding": key_figures.deciding_figures(story, power),
        "modes": _modes(story),
        "mode_places": {name: place for place, name in enumerate(MODES)},
        "figures": key_figures.key_figures(story, seen, power, data),
        "light": seen,
        "eclipses": light.eclipses_in_words(seen),
        "calendar": draw_calendar(story, seen),
        "power": draw_power(story, power),
        "standing": power.standing.levels,
        "stores_not_drawn": list(story.summary["stores"])[MOST_STORES:],
        "dark": [
            (spell, _caption(spell), draw_dark(story, power, spell, warm, f"dark-{n}"))
            for n, spell in enumerate(dark)
        ],
        "experiments": done,
        "sessions": draw_sessions(story, done, science.sessions(story), power.mode)
        if done
        else None,
        "partners": science.partners(story, done),
        "traffic": data,
        "traffic_told": traffic.in_words(data),
        "traffic_picture": draw_traffic(story, data)
        if data.paths or story.series.channels("recorder_bit")
        else None,
        "link": link,
        "alone_told": communications.alone_in_words(story, link),
        "waiting_told": communications.waiting_in_words(story, link),
        "latency_told": communications.latency_in_words(link),
        "people": operations.partner_work(story),
        "people_told": operations.operations_in_words(story),
        "link_picture": draw_communications(story, link) if data.paths else None,
        "buses": ledger.buses(story),
        "stores": ledger.stores(story),
        "closing": closing,
        "warmths": warm,
        "warmth_picture": draw_warmth(warm) if warm else None,
        "happenings": happenings.happenings(story),
        "origin": origin.origin(story),
    }


def _modes(story: Story) -> list[tuple[str, float, float]]:
    """Return name, hours and share of the time of each mode."""
    in_mode = story.summary["survival"]["hours_in_mode"]
    whole_h = story.hours(story.n_steps)
    hours = {name: in_mode.get(name, 0.0) for name in MODES}
    told = [name for name in MODES if name in ALWAYS_TOLD or hours[name] > 0.0]
    return [(name, hours[name], hours[name] / whole_h) for name in told]


def _caption(spell: DarkSpell) -> str:
    """Tell a dark spell in words."""
    in_mode = [
        f"{words.hours(length_h)} in mode {name}"
        for name, length_h in spell.hours_in_mode.items()
        if length_h > 0.0
    ]
    given = words.something(words.energy(spell.generated_kwh))
    text = (
        f"Dark from {words.minute(spell.start)} to {words.minute(spell.end)} "
        f"({words.span(spell.length_s)}), between the dashed lines. Survival is designed to take "
        f"{words.energy(spell.need_kwh)} over it; all loads together took "
        f"{words.energy(spell.used_kwh)} and the sources gave {given}. "
        f"Deliverable energy went from {words.energy(spell.begin_kwh)} to "
        f"{words.energy(spell.end_kwh)}; the margin above the reserve was least on "
        f"{words.minute(spell.least_margin_at)}: {words.energy(spell.least_margin_kwh)}. "
        f"The station spent {words.listed(in_mode)}."
    )
    if spell.shed:
        text += f" Held back: {words.listed(spell.shed)}."
    return text


def style_sheet() -> str:
    """Return the style sheet of all pages."""
    return _loader().get_source(_environment(), "report.css")[0]


def _template(name: str, **context: Any) -> str:
    style = Markup(style_sheet())  # noqa: S704  our own style sheet
    return _environment().get_template(name).render(style=style, **context)


@cache
def _loader() -> PackageLoader:
    return PackageLoader("moonstead.report")


@cache
def _environment() -> Environment:
    """Return what keeps the compiled templates: compiling them takes as long as two pictures."""
    return Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
