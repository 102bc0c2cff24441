"""The documentation says what the code says."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import click
import pytest

from moonstead.cli.main import VERBS, moonstead
from moonstead.elements.catalogue import AnyElement
from moonstead.scenario.build import read_scenario
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.scenario.model import Scenario
from moonstead.version import VERSION

TYPES = [get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(AnyElement)]
ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def test_generated_pages_are_current() -> None:
    command = [sys.executable, str(ROOT / "builders" / "build_docs.py"), "--check"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("kind", TYPES)
def test_every_element_type_has_a_page_that_tells_its_components(kind: str) -> None:
    page = (ROOT / "docs" / "elements" / f"{kind}.md").read_text(encoding="utf-8")
    for part in ("**Model.**", "**Validation.**", "## Keys", "## Example", "made of"):
        assert part in page, part
    index = (ROOT / "docs" / "elements" / "index.md").read_text(encoding="utf-8")
    assert f"({kind}.md)" in index
    assert f"elements/{kind}.md" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_no_element_type_is_without_a_family() -> None:
    index = (ROOT / "docs" / "elements" / "index.md").read_text(encoding="utf-8")
    assert "## Other" not in index


def test_the_page_from_terrain_to_site_runs_as_it_stands(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "site-choice.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) >= 6
    command = [sys.executable, "-W", "error", "-c", "\n".join(blocks)]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert re.search(r"^1\. -89\.\d+, \d+\.\d+: 0\.\d\d \(light", answer.stdout, flags=re.MULTILINE)
    assert (tmp_path / "light.png").stat().st_size > 50_000


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_is_documented(verb: str) -> None:
    assert f"| `{verb}" in COMMAND_LINE


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_documented_option_exists(verb: str) -> None:
    row = next(line for line in COMMAND_LINE.splitlines() if line.startswith(f"| `{verb}"))
    command = moonstead.get_command(click.Context(moonstead), verb)
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", row)) <= known


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(path: str) -> None:
    assert path.startswith("http") is False
    assert (ROOT / path).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"tests/[\w/.]+", README))))
def test_every_check_that_the_readme_names_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_scenario_of_the_readme_is_right(tmp_path: Path) -> None:
    text = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert text is not None
    assert len(text[1].strip().splitlines()) <= 12
    tomllib.loads(text[1])
    path = tmp_path / "ten-lines.toml"
    path.write_text(text[1], encoding="utf-8")
    scenario, _ = read_scenario(path)
    assert isinstance(scenario, Scenario)


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == VERSION


@pytest.mark.parametrize("name", example_names())
def test_every_number_of_a_shipped_scenario_has_its_source(name: str) -> None:
    table, bare = "", []
    for line in scenario_path(name).read_text(encoding="utf-8").splitlines():
        table = line if line.startswith("[") else table
        is_number = re.match(r'\w+ = "?[-+]?\d', line) is not None
        if is_number and "#" not in line and not table.startswith("[run]") and table:
            bare.append(line)
    assert bare == []
