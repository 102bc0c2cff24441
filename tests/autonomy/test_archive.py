"""The books of stored data against a recorder that sends the oldest first, and after a restart."""

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.autonomy.archive import Archive, Filed

FILED = Filed(0, 0.0, 1.0, 0, 5.0)
STORES = ("camera.stored", "drill.stored")


def test_what_is_stored_whole_may_go_and_what_has_begun_to_leave_may_not() -> None:
    books = Archive()
    books.take({"camera.stored": 10.0}, {"camera": "a"})
    books.take({"camera.stored": 30.0}, {"camera": "b"})
    books.take({"camera.stored": 45.0}, {"camera": "c"})
    books.take({"camera.stored": 47.0}, {})  # written without a session
    books.take({"camera.stored": 30.0}, {})  # "a" is gone, of "b" 13 are left
    for name in "abc":
        books.file(name, FILED)
    assert books.whole() == {"c": (FILED, {"camera.stored": 15.0})}
    assert books.without(["c"]) == {"camera.stored": 15.0}
    books.delete(["c"])
    assert books.whole() == {}
    # What was deleted is known to be gone: the next frame brings no news.
    books.take({"camera.stored": 15.0}, {"camera": "d"})
    books.file("d", FILED)
    assert books.whole() == {}


def test_a_session_under_way_is_no_candidate_and_one_in_two_stores_goes_from_both() -> None:
    books = Archive()
    books.take({"camera.stored": 10.0, "drill.stored": 4.0}, {"camera": "a", "drill": "a"})
    assert books.whole() == {}
    books.file("a", FILED)
    assert books.whole() == {"a": (FILED, {"camera.stored": 10.0, "drill.stored": 4.0})}
    assert books.without(["a"]) == {"camera.stored": 0.0, "drill.stored": 0.0}


def test_a_session_that_sent_all_so_far_is_not_whole_for_what_it_writes_later() -> None:
    books = Archive()
    books.take({"camera.stored": 10.0}, {"camera": "a"})
    books.take({"camera.stored": 0.0}, {"camera": "a"})
    books.tidy(["a"])
    books.take({"camera.stored": 10.0}, {"camera": "a"})
    books.file("a", FILED)
    assert books.whole() == {}


steps = st.lists(
    st.tuples(st.sampled_from(STORES), st.sampled_from(["", "a", "b", "c"]), st.integers(-50, 50)),
    max_size=60,
)


@given(steps, st.integers(0, 60))
def test_any_course_against_one_bit_after_the_other(
    course: list[tuple[str, str, int]], restart: int
) -> None:
    """The truth is a queue of single bits, each with its session."""
    queues: dict[str, list[str]] = {store: [] for store in STORES}
    ever: dict[str, int] = {}
    books = Archive()
    for k, (store, session, change) in enumerate(course):
        queue = queues[store]
        if change >= 0:
            queue.extend([session] * change)
            ever[session] = ever.get(session, 0) + change
        else:
            del queue[:-change]
        if k == restart:
            books, old = Archive(), books
            books.restore(old.state())
        stored = {name: float(len(one)) for name, one in queues.items()}
        books.take(stored, {store.rpartition(".")[0]: session})
    for session in "abc":
        books.file(session, FILED)
    there = {s: sum(one.count(s) for one in queues.values()) for s in "abc"}
    whole = {s for s in "abc" if 0 < there[s] == ever[s]}
    assert set(books.whole()) == whole
    left = books.without(whole)
    for store, queue in queues.items():
        kept = sum(session not in whole for session in queue)
        assert left.get(store, len(queue)) == kept


def test_books_of_the_past_are_forgotten() -> None:
    books = Archive()
    sizes = []
    for k in range(100):
        books.take({"camera.stored": 10.0}, {"camera": f"s{k}"})
        books.file(f"s{k}", FILED)
        books.take({"camera.stored": 0.0}, {})
        books.tidy([])
        sizes.append(len(str(books.state())))
    assert all(later <= before + 4 for before, later in pairwise(sizes[1:]))
    assert books.state()["filed"] == {}


@pytest.mark.parametrize(("bit", "then_bit"), [(0.0, 0.0), (7.0, 7.0), (7.0, nan), (7.0, inf)])
def test_a_frame_that_tells_nothing_new_or_nonsense_changes_nothing(
    bit: float, then_bit: float
) -> None:
    books = Archive()
    books.take({"camera.stored": bit}, {"camera": "a"})
    before = books.state()
    books.take({"camera.stored": then_bit}, {"camera": "b"})
    assert books.state() == before
