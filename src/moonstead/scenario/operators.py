"""How many people on Earth a session takes, and by which load."""

from collections.abc import Iterator, Sequence

from moonstead.scenario.earth import ControlCentre
from moonstead.scenario.experiment import Experiment
from moonstead.spec import Mistake


def operator_mistakes(
    centres: Sequence[ControlCentre], experiments: Sequence[Experiment]
) -> Iterator[Mistake]:
    """Yield control centres given twice, and operators where nobody takes part."""
    seen: set[str] = set()
    for i, given in enumerate(centres):
        if given.centre in seen:
            remedy = "this control centre is given already; give it once"
            yield Mistake(("control_centre", i, "centre"), remedy, given.centre)
        seen.add(given.centre)
    for i, experiment in enumerate(experiments):
        place, wanted = ("experiment", i, "operators"), experiment.operators
        if wanted is not None and not experiment.needs_contact:
            remedy = "nobody on Earth takes part: give needs_contact = true, or leave it out"
            yield Mistake(place, remedy, wanted)
        elif wanted is not None and not centres:
            remedy = "no control centre has people: add a [[control_centre]], or leave it out"
            yield Mistake(place, remedy, wanted)


def operators_of(experiment: Experiment, centres: Sequence[ControlCentre]) -> float:
    """Return how many operators a session takes; 0 where nobody counts them."""
    if not centres or not experiment.needs_contact:
        return 0.0
    return 1.0 if experiment.operators is None else experiment.operators


def operator_load(experiment: Experiment) -> str:
    """Return the name of the load by which sessions take their operators."""
    return f"{experiment.element}.{experiment.name}-operators"
