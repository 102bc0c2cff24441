"""What fails by chance in a campaign whose scenario says nothing of it: all of the catalogue."""

from moonstead.scenario.model import Scenario


def fails_by_itself(scenario: Scenario) -> bool:
    """Whether a scenario says what fails by chance."""
    return scenario.catalogue_faults is not None or any(
        element.failure for element in scenario.element
    )


def chances_in_words(scenario: Scenario) -> str:
    """Return what fails by chance, for people."""
    if fails_by_itself(scenario):
        return "what the scenario says"
    return "everything in the catalogue of faults"
