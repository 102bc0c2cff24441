"""What is no network is refused by the name of what is wrong, and everything wrong is told."""

import pytest
from broken import BREAKS, renamed
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import random_parts

from moonstead.components import Parts
from moonstead.simulation.check import network_mistakes
from moonstead.simulation.compile import NetworkError, compile_station

SEVERAL = [name for name, one in BREAKS.items() if one.component == "bad" and not one.last]


def is_told(parts: Parts, component: str, said: str) -> bool:
    return any(
        said in str(mistake) and mistake.component == (component or mistake.component)
        for mistake in network_mistakes(parts)
    )


@pytest.mark.parametrize("name", BREAKS)
@settings(max_examples=4, deadline=None)
@given(parts=random_parts())
def test_a_fault_is_named_in_any_station(name: str, parts: Parts) -> None:
    broken = BREAKS[name]
    assert not network_mistakes(parts)
    wrong = broken.change(parts)
    with pytest.raises(NetworkError) as caught:
        compile_station(wrong)
    assert broken.said in str(caught.value)
    assert is_told(wrong, broken.component, broken.said)


@settings(max_examples=60, deadline=None)
@given(random_parts(), st.sets(st.sampled_from(SEVERAL), min_size=2, max_size=6))
def test_all_faults_are_told_at_once(parts: Parts, names: set[str]) -> None:
    wrong = parts
    for k, name in enumerate(sorted(names)):
        wrong = renamed(BREAKS[name].change(wrong), parts, f"bad{k}")
    for k, name in enumerate(sorted(names)):
        assert is_told(wrong, f"bad{k}", BREAKS[name].said), name


def test_the_remedy_is_part_of_the_message() -> None:
    unit = BREAKS["unknown commodity"].change(Parts())
    (mistake,) = network_mistakes(unit)
    assert str(mistake).startswith("bad: commodity 'oxygon': no commodity has this name")
    assert 'did you mean "oxygen"?' in mistake.remedy
