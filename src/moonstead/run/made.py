"""What of the mass that filled a tank was made, and not moved there from another tank."""

import numpy as np

from moonstead.components import Converter
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import FloatArray, Ledger


def made_in_tanks_kg(station: CompiledStation, ledger: Ledger) -> FloatArray:
    """Return the mass made into each tank over a run, shape (tanks,), kg.

    Of what a converter gives to tanks, that much is moved as it takes of the same commodity from
    tanks, and the rest is made (mined, where it comes from the ground). What charging or
    discharging a store with reactants gives is neither: it goes back and forth. The mass that came
    in is shared over these as they would have been without faults, which weaken a converter as a
    whole, so that it is exact where a tank is filled in one way or no converter was weak.
    """
    place = {name: t for t, name in enumerate(station.names.tanks)}
    work = {name: w for w, name in enumerate(station.names.work)}
    made_kg, given_kg = np.zeros(len(place)), np.zeros(len(place))
    for converter in station.parts.converters:
        done_s = float(ledger.work_done_s[work[converter.load.name]])
        share = _made_share(converter)
        for flow in converter.flows:
            if flow.tank and flow.kg_per_s > 0.0:
                given_kg[place[flow.tank]] += flow.kg_per_s * done_s
                made_kg[place[flow.tank]] += flow.kg_per_s * done_s * share[flow.commodity]
    for s, store in enumerate(station.parts.stores):
        put_j = ledger.store_charged_j[s] * store.charge_efficiency
        took_j = ledger.store_discharged_j[s] / store.discharge_efficiency
        for reactant in store.reactants:
            passed_j = put_j if reactant.kg_per_j > 0.0 else took_j
            given_kg[place[reactant.tank]] += abs(reactant.kg_per_j) * passed_j
    part = np.divide(made_kg, given_kg, out=np.zeros_like(made_kg), where=given_kg > 0.0)
    return np.asarray(part * ledger.tank_in_kg)


def _made_share(converter: Converter) -> dict[str, float]:
    """Return by commodity what share of what it gives to tanks was not taken from any."""
    given, taken = dict[str, float](), dict[str, float]()
    for flow in converter.flows:
        if flow.tank:
            side = given if flow.kg_per_s > 0.0 else taken
            side[flow.commodity] = side.get(flow.commodity, 0.0) + abs(flow.kg_per_s)
    return {
        name: max(1.0 - taken.get(name, 0.0) / kg_per_s, 0.0) for name, kg_per_s in given.items()
    }
