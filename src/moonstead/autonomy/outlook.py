"""What the executive is told of energy: how much it may take without touching the reserve."""

from collections.abc import Iterable
from dataclasses import dataclass

from moonstead.autonomy.executive.snapshot import FAULTS_APART
from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import View
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planning.requests import GENERATION_DERATING
from moonstead.contracts import Telemetry
from moonstead.units import DAY_S

AHEAD_S = DAY_S
"""How far the energy is looked at: farther ahead the next plan decides."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The guard's view, as `moonstead.autonomy.executive.snapshot.GuardView` wants it."""

    view: View
    spare_j: float
    surplus_w: float

    @property
    def mode_name(self) -> str:
        """The mode, for people."""
        return self.view.mode.name.lower()

    @property
    def margin_fraction(self) -> float:
        """(Energy predicted one tick ahead - reserve) / capacity."""
        return self.view.margin

    def allows(self, priority: int) -> bool:
        """Whether a load of this priority may be on."""
        return self.view.allows(priority)


def seen(model: StationModel, knowledge: Knowledge, view: View, telemetry: Telemetry) -> Seen:
    """Return what the executive is told in a tick.

    Parameters
    ----------
    model, knowledge
        What planner and guard believe of the station.
    view
        Of the guard in this tick.
    telemetry
        Of this tick.
    """
    forecast = model.forecast
    first = forecast.slot(view.t_s)
    end = min(first + int(AHEAD_S // forecast.slot_s), len(forecast.generation_w))
    part = slice(first, end)
    net_w = GENERATION_DERATING * forecast.generation_w[part] - forecast.base_power_w[part]
    reserve_j = knowledge.reserve[0][first + 1 : end + 1].tolist()
    capacity_j = forecast.capacity_j[part].tolist()
    put_in = min((s.charge_efficiency * s.discharge_efficiency for s in model.stores), default=1.0)
    energy_j = view.energy_j
    spare_j = energy_j - view.reserve_j
    for k, power_w in enumerate(net_w.tolist()):
        gained_j = power_w * forecast.slot_s
        energy_j = min(energy_j + gained_j * (put_in if gained_j > 0.0 else 1.0), capacity_j[k])
        spare_j = min(spare_j, energy_j - reserve_j[k])
    drawn_w = float(telemetry.load_power_w[list(knowledge.main_loads)].sum())
    made_w = float(telemetry.source_power_w[list(knowledge.main_sources)].sum())
    if telemetry.sun_seen:
        # What full stores cannot take is not drawn from the sources, and so not seen.
        made_w = max(made_w, GENERATION_DERATING * float(forecast.generation_w[first]))
    return Seen(view, spare_j, made_w - drawn_w)


def system_fault(view: View, failed: Iterable[str]) -> str:
    """Return what stops sessions at levels E1 and E2 until people tell to go on; empty for nothing.

    Parameters
    ----------
    view
        Of the guard in this tick.
    failed
        Elements that are held to have failed.
    """
    faults = [f"{name} has failed" for name in sorted(failed)]
    if view.mode >= Mode.SURVIVAL:
        faults.append("the station is below its normal modes")
    return FAULTS_APART.join(faults)
