"""The chance that a landing succeeds, from the landings flown, and how many flights cargo takes.

The table is ``landings.csv`` beside this file: attempts from 2013 to June 2025 and the Apollo
landings. A success is a lander that stood upright and worked; *partial* ones (tipped over) count as
failures, as their cargo would be lost. What fails before (the rocket, the flight) is not in it.

With s successes in n attempts and no opinion beforehand, the chance p has a Beta distribution with
s + 1 and n - s + 1 (Laplace): its mean is (s + 1)/(n + 2). Few attempts leave it wide, and the
flights planned must allow for that. Attempts are taken as alike and independent; in truth operators
learn and landers differ.
"""

import csv
from dataclasses import dataclass
from importlib.resources import files

from scipy.stats import beta, betabinom

from moonstead.errors import InputError, Problem
from moonstead.spec import suggest

KINDS = ("agency", "commercial", "crewed")
"""Who flies: space agencies without crew, companies, Apollo."""
_MOST_FLIGHTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FlownLanding:
    """One attempt to land.

    Parameters
    ----------
    name, date, operator
        Of the lander, UTC date, and who flew it.
    kind
        One of `KINDS`.
    result
        ``"success"``, ``"partial"`` or ``"failure"``.
    miss_m
        From the place aimed at; None where it was not read anywhere.
    navigation
        ``"inertial"`` or ``"terrain"`` (told its place by pictures of the ground).
    source, confidence
        Where the row comes from, and how far to trust it.
    """

    name: str
    date: str
    operator: str
    kind: str
    result: str
    miss_m: float | None
    navigation: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance of a landing, as the attempts so far leave it.

    Parameters
    ----------
    successes, attempts
        Flown.
    """

    successes: int
    attempts: int

    @property
    def mean(self) -> float:
        """Expected chance, (s + 1)/(n + 2)."""
        return (self.successes + 1.0) / (self.attempts + 2.0)

    def interval(self, share: float = 0.9) -> tuple[float, float]:
        """Return the bounds that hold the chance with a probability, as much out on either side."""
        failures = self.attempts - self.successes
        low, high = beta.interval(share, self.successes + 1, failures + 1)
        return float(low), float(high)

    def flights_for(self, cargoes: int, confidence: float) -> int:
        """Return how many flights bring so many cargoes to the ground with a confidence.

        The chance itself is uncertain and the same for all flights (beta-binomial).

        Raises
        ------
        InputError
            More than a thousand flights would not do.
        """
        failures = self.attempts - self.successes
        for flights in range(cargoes, _MOST_FLIGHTS + 1):
            law = betabinom(flights, self.successes + 1, failures + 1)
            if float(law.sf(cargoes - 1)) >= confidence:
                return flights
        remedy = f"not even {_MOST_FLIGHTS} flights give it; ask for less"
        raise InputError(Problem("landings", "confidence", f"{confidence:g}", remedy))


def load_landings() -> tuple[FlownLanding, ...]:
    """Return the landings flown, in the order of the file."""
    text = files("moonstead.orbits").joinpath("landings.csv").read_text(encoding="utf-8")
    return tuple(
        FlownLanding(
            name=row["name"],
            date=row["date"],
            operator=row["operator"],
            kind=row["kind"],
            result=row["result"],
            miss_m=float(row["miss_m"]) if row["miss_m"] else None,
            navigation=row["navigation"],
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def chance_of(kind: str) -> Chance:
    """Return the chance of a landing of a kind of lander.

    Raises
    ------
    InputError
        There is no such kind.
    """
    if kind not in KINDS:
        raise InputError(Problem("landings", "kind", kind, suggest(kind, KINDS)))
    flown = [landing for landing in load_landings() if landing.kind == kind]
    return Chance(sum(landing.result == "success" for landing in flown), len(flown))
