"""The example file of every type stands in a scenario as it is."""

import re
from pathlib import Path

import pytest
from made_elements import TYPES

import scenarios
from moonstead.elements.examples import example_text
from moonstead.scenario.build import build_world, read_scenario

PARTNERS = "".join(
    f'\n[[partner]]\nname = "{name}"\ntitle = "{name}"\nrole = "joining"\n'
    for name in ("roscosmos", "sansa")
)
POWER = re.sub(r'name = "(\w+)"', r'name = "own-\1"', scenarios.POWER)


def scenario_text(kind: str) -> str:
    """Return a small station of hub, power and robot, with the example in it."""
    hub = "" if kind == "lander_hub" else scenarios.HUB
    robot = "" if kind == "crane" else example_text("crane")
    text = scenarios.text(
        scenarios.SITE, scenarios.PARTNER, PARTNERS, scenarios.NETWORK, hub, POWER, robot
    )
    example = example_text(kind)
    relay = "" if 'path = "relay"' not in example or kind == "relay_orbiter" else "relay_orbiter"
    return text + example + (example_text(relay) if relay else "")


@pytest.mark.parametrize("kind", TYPES)
def test_the_example_stands_in_a_scenario(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"{kind}.toml"
    path.write_text(scenario_text(kind), encoding="utf-8")
    world = build_world(*read_scenario(path), path)
    assert kind in {element.type for element in world.scenario.element}
