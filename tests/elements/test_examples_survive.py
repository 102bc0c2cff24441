"""Examples live: in the cold with all the power they want, at rest and at work."""

import pytest
from running import DAY_S, run_for

from moonstead.elements.examples import example_elements

KINDS = (
    "airlock", "antenna_field", "biology_container", "carbothermal", "co2_removal", "crew",
    "dark_pallet", "drill", "electrolyser", "excavator", "glovebox", "habitat",
    "hydrogen_reduction", "ice_mine", "instrument", "lander", "liquefier",
    "molten_regolith_electrolysis", "orbital_module", "oxygen_plant", "plant_chamber",
    "relay_orbiter", "sabatier", "science_mast", "sintering", "tank", "water_recovery",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at_work", [False, True])
def test_nothing_freezes_or_overheats(kind: str, at_work: bool) -> None:
    elements = example_elements(kind)
    on = elements[0].activity_loads() if at_work else ()
    made = run_for(elements, 20 * DAY_S, 900.0, on=on)
    names = made.station.names.nodes
    state = made.state
    assert [name for name, gone in zip(names, state.node_lost, strict=False) if gone] == []
    machines = [names.index(name) for name in names if name != "hub"]
    assert all(state.node_temperature_k[i] < 330.0 for i in machines)
