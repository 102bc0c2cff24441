"""Write the pages that say again what the code says: scenario keys, types, quantities, faults.

    python builders/build_docs.py [--check]

With --check nothing is written; the exit status is 1 if a page is out of date.
"""

import argparse
import inspect
import sys
from collections.abc import Container
from pathlib import Path

from element_pages import element_pages, nav_lines
from fault_page import fault_page
from moonstead.quantities import quantities
from moonstead.scenario.model import Scenario
from moonstead.spec import Spec
from tables import rows, section, specs_in

ROOT = Path(__file__).parent.parent
NOTICE = "<!-- Written by builders/build_docs.py; change the code, not this page. -->\n\n"
NAV_BEGIN = "      # Written by builders/build_docs.py: a page for each element type.\n"
NAV_END = "      # Up to here.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    texts = pages()
    stale = [path for path, text in texts.items() if not current(ROOT / path, text)]
    orphans = [path for path in written_before() if path not in texts]
    if check:
        print("".join(f"{path} is out of date\n" for path in stale + orphans), end="")
        sys.exit(bool(stale or orphans))
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(texts[path], encoding="utf-8")
    for path in orphans:
        (ROOT / path).unlink()


def current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def written_before() -> list[str]:
    folder = ROOT / "docs" / "elements"
    return sorted(f"docs/elements/{path.name}" for path in folder.glob("*.md"))


def pages() -> dict[str, str]:
    """Return the text of each page by its path below the root."""
    elements = {f"docs/elements/{name}": NOTICE + text for name, text in element_pages().items()}
    return {
        "docs/reference/scenario.md": NOTICE + scenario_page(),
        "docs/reference/quantities.md": NOTICE + quantities_page(),
        "docs/reference/faults.md": NOTICE + fault_page(),
        **elements,
        "mkdocs.yml": with_nav((ROOT / "mkdocs.yml").read_text(encoding="utf-8")),
    }


def with_nav(text: str) -> str:
    before, rest = text.split(NAV_BEGIN)
    return before + NAV_BEGIN + nav_lines() + NAV_END + rest.split(NAV_END)[1]


def scenario_page() -> str:
    text = "# Scenario file\n\n"
    text += (
        "TOML, UTF-8. A number is in the unit in the second column; a text with a unit, such as "
        '`"40 kW"`, is converted to it. Dates are UTC. Every key not listed here is refused.\n\n'
    )
    text += section("## The file", Scenario)
    text += sections_below(Scenario, "##", "", leave_out=("element",))
    return text + "Elements have pages of their own: [element types](../elements/index.md).\n"


def sections_below(
    model: type[Spec], heading: str, above: str, leave_out: Container[str] = ()
) -> str:
    """Return a section for each table inside a model, and for those inside them."""
    text = ""
    for name, field in model.model_fields.items():
        for inner in specs_in(field.annotation):
            if name not in leave_out:
                place = above + name
                many = f"[[{place}]]" if "tuple" in str(field.annotation) else f"[{place}]"
                text += f"{heading} `{many}`\n\n{inspect.getdoc(inner)}\n\n{rows(inner)}\n"
                text += sections_below(inner, heading + "#", f"{place}.")
    return text


def quantities_page() -> str:
    text = "# Recorded quantities\n\nColumns `name/channel` of `series/` of a run "
    text += "directory; `name` alone where there is one for the run.\n\n"
    text += "| name | unit | one for each | written by | meaning |\n|---|---|---|---|---|\n"
    for q in quantities().values():
        text += (
            f"| `{q.name}` | {q.unit} | {q.channels or 'run'} | {q.written_by} | {q.meaning} |\n"
        )
    return text


if __name__ == "__main__":
    main()
