"""Elements of data: recorder, processor, radio terminal."""

from typing import Any

import pytest
from made_elements import advanced, element, hub, mains, simulated, simulator, sky
from pydantic import ValidationError

from moonstead.components import joined
from moonstead.contracts import Command
from moonstead.simulation.balance import balances


def quiet_hub(**changes: Any) -> Any:
    return hub(housekeeping_rate_bit_per_s=0.0, radio=(), **changes).parts()


def camera(rate_bit_per_s: float, recorder: str) -> Any:
    return element("instrument", name="camera", rate_bit_per_s=rate_bit_per_s, recorder=recorder)


def test_a_processor_writes_what_it_reads_over_its_ratio() -> None:
    """A camera of 8 Mbit/s into the archive; half duty of 20 Mbit/s reads it all, 2.5 to one."""
    series = sky(120)
    parts = [
        quiet_hub(recorder_bit=1e12), mains(), camera(8e6, "archive").parts(),
        element("recorder").parts(), element("processor").parts(),
    ]  # fmt: skip
    run = simulated(parts, series, level=1.0)
    work = run.station.names.loads.index("processor.work")
    made = run.station.names.loads.index("camera.observe")
    made_bit = run.ledger.load_made_bit[made]
    assert made_bit == pytest.approx(8e6 * 120 * 60.0)
    written_bit = run.ledger.load_made_bit[work]
    assert written_bit == pytest.approx(made_bit / 2.5, rel=0.02)  # one step behind
    for check in balances(run.station, run.begin, run.state, run.ledger):
        assert check.closes, check


def test_a_processor_at_half_duty_reads_half_its_rate() -> None:
    parts = [
        quiet_hub(recorder_bit=1e12), mains(), camera(80e6, "archive").parts(),
        element("recorder").parts(), element("processor").parts(),
    ]  # fmt: skip
    run = simulator(joined(parts), sky(120))
    run.obey([Command("camera.observe", 1.0)])
    advanced(run, 120)
    work = run.station.names.loads.index("processor.work")
    assert run.ledger.load_made_bit[work] == pytest.approx(10e6 * 7200.0 / 2.5, rel=0.02)


@pytest.mark.parametrize("rate_bit_per_s", [1.4e3, 50e3, 280e3, 555e3])
def test_a_terminal_sends_at_the_rungs_of_queqiao(rate_bit_per_s: float) -> None:
    """Rates of the lander's link (Zhang 2021); the archive never runs empty."""
    terminal = element("radio_terminal", rate_limit_bit_per_s=rate_bit_per_s)
    instrument = camera(1e6, "hub")
    run = simulated(
        [quiet_hub(), mains(), instrument.parts(), terminal.parts()], sky(60), level=1.0
    )
    sent_bit = run.ledger.transmitter_sent_bit[0]
    assert sent_bit == pytest.approx(rate_bit_per_s * 3600.0, rel=0.02)
    loads = run.station.names.loads
    sender = loads.index("terminal.sender")
    assert run.ledger.load_used_j[sender] == pytest.approx(60.0 * 3600.0, rel=0.02)


def test_a_terminal_on_a_closed_path_sends_nothing() -> None:
    terminal = element("radio_terminal")
    series = sky(60) | {"contact_rate_bit_per_s:relay": 0.0 * sky(60)["elapsed_s"]}
    parts = [quiet_hub(), mains(), camera(1e6, "hub").parts(), terminal.parts()]
    run = simulated(parts, series, level=1.0)
    assert run.ledger.transmitter_sent_bit[0] == 0.0
    receiver = run.station.names.loads.index("terminal.receiver")
    assert run.ledger.load_used_j[receiver] == pytest.approx(8.0 * 3600.0)


def test_what_finds_no_room_is_lost_and_counted() -> None:
    """A full archive: 4 Tbit hold less than two hours of 1 Gbit/s."""
    parts = [quiet_hub(), mains(), camera(1e9, "archive").parts(), element("recorder").parts()]
    run = simulated(parts, sky(120), level=1.0)
    observe = run.station.names.loads.index("camera.observe")
    made_bit, lost_bit = run.ledger.load_made_bit[observe], run.ledger.load_lost_bit[observe]
    assert made_bit == pytest.approx(7.2e12)
    assert made_bit - lost_bit == pytest.approx(4e12)


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("processor", {"recorder": "archive"}, "its own output"),
        ("processor", {"compression_ratio": 0.9}, "greater than or equal to 1"),
        ("radio_terminal", {"radiated_fraction": 1.1}, "less than or equal to 1"),
        ("recorder", {"capacity_bit": 0.0}, "greater than 0"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        element(kind, **changes)
