"""One ground station serves one spacecraft at a time, and nobody waits for a free one in view."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.allocation import Service, allocate

CRAFT = ("relay", "module", "station")
GROUND = ("kashi", "jiamusi")


@st.composite
def _intervals(draw: st.DrawFn) -> np.ndarray:
    ends = sorted(draw(st.sets(st.integers(0, 200), max_size=12)))
    count = len(ends) // 2 * 2
    return np.array(ends[:count], dtype=np.float64).reshape(-1, 2)


VIEWS = st.fixed_dictionaries(
    {craft: st.fixed_dictionaries({ground: _intervals() for ground in GROUND}) for craft in CRAFT}
)


def _serving(services: tuple[Service, ...], t_s: float) -> dict[str, str]:
    now = [s for s in services if s.start_t_s <= t_s < s.end_t_s]
    assert len({s.craft for s in now}) == len({s.station for s in now}) == len(now)
    return {s.craft: s.station for s in now}


def _sees(views: dict, craft: str, ground: str, t_s: float) -> bool:
    return bool(np.any((views[craft][ground][:, 0] <= t_s) & (t_s < views[craft][ground][:, 1])))


@given(VIEWS)
def test_nobody_is_served_twice_and_nobody_waits_in_vain(views: dict) -> None:
    services = allocate(views, CRAFT, least_s=0.0)
    for t_s in np.arange(0.5, 200.0):
        serving = _serving(services, t_s)
        for craft, ground in serving.items():
            assert _sees(views, craft, ground, t_s)
        for rank, craft in enumerate(CRAFT):
            if craft in serving:
                continue
            for ground in GROUND:
                if _sees(views, craft, ground, t_s):
                    busy_with = {g: c for c, g in serving.items()}
                    assert ground in busy_with
                    assert CRAFT.index(busy_with[ground]) < rank


def test_the_longest_view_is_taken_and_kept() -> None:
    views = {
        "relay": {"kashi": np.array([[0.0, 100.0]]), "jiamusi": np.array([[0.0, 300.0]])},
        "module": {"kashi": np.array([[50.0, 400.0]]), "jiamusi": np.array([[0.0, 400.0]])},
    }
    assert allocate(views, ("relay", "module")) == (
        Service("relay", "jiamusi", 0.0, 300.0),
        Service("module", "kashi", 50.0, 400.0),
    )


def test_who_goes_first_takes_the_only_antenna_and_gives_it_back() -> None:
    views = {
        "relay": {"kashi": np.array([[100.0, 200.0]])},
        "module": {"kashi": np.array([[0.0, 400.0]])},
    }
    assert allocate(views, ("relay", "module")) == (
        Service("module", "kashi", 0.0, 100.0),
        Service("relay", "kashi", 100.0, 200.0),
        Service("module", "kashi", 200.0, 400.0),
    )
