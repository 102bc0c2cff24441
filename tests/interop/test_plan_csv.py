from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_cases import written

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.errors import InputError
from moonstead.interop.plan_csv import read_plan_csv, write_plan_csv

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
HEAD = "source,destination,start_t_s,end_t_s,rate_bit_per_s,owlt_s,confidence\n"
NODE_NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    min_size=2,
    max_size=4,
    unique=True,
)


@st.composite
def plans(draw: st.DrawFn) -> ContactPlan:
    nodes = draw(NODE_NAMES)
    reals = st.floats(0.0, 1e9)
    rows, t_s = [], draw(st.floats(-1e9, 1e9))
    for _ in range(draw(st.integers(0, 5))):
        source, to = draw(st.permutations(nodes))[:2]
        start_t_s = t_s + draw(reals)
        t_s = start_t_s + draw(st.floats(1.0, 1e6))
        rows.append(
            (source, to, start_t_s, t_s, draw(reals), draw(reals), draw(st.floats(0.0, 1.0)))
        )
    return plan_of_rows(nodes, rows)


@SAME_FOLDER
@given(plans())
def test_every_plan_comes_back_to_the_bit(tmp_path: Path, plan: ContactPlan) -> None:
    path = tmp_path / "plan.csv"
    write_plan_csv(path, plan)
    assert read_plan_csv(path) == plan


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: write the columns source,destination"),
        ("a,b\n", "line 1 = a,b: write the columns"),
        (HEAD + "a,b,0\n", "line 2 = 3 values: write 7 values"),
        (HEAD + "a,b,0,1,x,inf,1\n", "line 2: rate_bit_per_s = x: write a finite number"),
        (HEAD + "a,b,0,1,x,inf,1\n", "line 2: owlt_s = inf: write a finite number"),
        (
            HEAD + "a,b,0,1,1,1,1\n\na,b,0.5,2,1,1,1\n",
            "line 4: start_t_s = 0.5: a > b overlaps line 2",
        ),
        (HEAD + "a,b,1,0,1,1,1\n", "line 2: start_t_s, end_t_s = 1.0, 0.0: let the contact end"),
        (HEAD + 'a,"b', "is no CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan_csv(written(tmp_path / "bad.csv", text))
    assert told in str(caught.value)
    assert "bad.csv" in str(caught.value)


@SAME_FOLDER
@given(
    st.text(max_size=80) | st.lists(st.sampled_from(["a", ",", "1", "\n", '"', "nan"])).map("".join)
)
def test_no_text_raises_anything_else(tmp_path: Path, text: str) -> None:
    for content in (text, HEAD + text):
        with suppress(InputError):
            read_plan_csv(written(tmp_path / "a", content.encode("utf-8", "surrogatepass")))
